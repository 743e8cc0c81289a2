import { domainToASCII } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalEmail } from './canonical-email';

describe('canonicalEmail', () => {
  it.each([
    ['Ada@Example.COM', 'ada@example.com'],
    ['  ada@example.com ', 'ada@example.com'],
    ['a.b+tag@example.com', 'a.b+tag@example.com'],
    ['ada\uff20example.com', 'ada@example.com'],
    ['mi\u212ae@example.org', 'mike@example.org'],
    ['ada@bücher.example', 'ada@xn--bcher-kva.example'],
  ])('%s is %s', (input, canonical) => {
    expect(canonicalEmail(input)).toBe(canonical);
  });

  it.each([
    'm\u0131ke@example.org',
    'm\u00edke@example.org',
    'a@x.com,b@y.com',
    'a@b@c.com',
    '"a b"@x.com',
    'a@[127.0.0.1]',
    'a@127.0.0.1',
    'a@localhost',
    'a b@x.com',
    'a@x.com\r\nBcc: b@y.com',
    'a\u0000@x.com',
    'a\u200b@x.com',
    '\ud800@x.com',
    'a@x..com',
    '.a@x.com',
    'a.@x.com',
    'a@-x.com',
    'a@x.com/../y',
    `${'a'.repeat(65)}@x.com`,
    `a@${'x'.repeat(250)}.com`,
    '',
    '@',
    '@x.com',
    'a@',
  ])('refuses %j', (input) => {
    expect(canonicalEmail(input)).toBeUndefined();
  });

  it.each([undefined, null, 0, true, [], {}, ['a@x.com']])('refuses the non-string %j', (input) => {
    expect(canonicalEmail(input)).toBeUndefined();
  });

  it('accepts only what is one plain mailbox, and is idempotent (R140)', () => {
    const part = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), fc.emailAddress());
    const text = fc.oneof(
      part,
      fc
        .tuple(part, fc.constantFrom('@', '\uff20', ' @', '@@'), fc.domain())
        .map(([a, at, d]) => `${a}${at}${d}`),
    );
    fc.assert(
      fc.property(text, (input) => {
        const canonical = canonicalEmail(input);
        if (canonical === undefined) return;
        expect(canonical).toMatch(/^[!-?A-~]+@[a-z0-9.-]+$/);
        expect(canonical.length).toBeLessThanOrEqual(254);
        expect(canonicalEmail(canonical)).toBe(canonical);
        const domain = canonical.slice(canonical.indexOf('@') + 1);
        expect(domainToASCII(domain)).toBe(domain);
      }),
      { numRuns: 20_000 },
    );
  });
});
