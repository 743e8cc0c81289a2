import { TOTP } from 'otpauth';
import { describe, expect, it } from 'vitest';
import { toBase32 } from './base32';
import { TotpCodes } from './totp-codes';

const defaults = { window: 1, stepSeconds: 30, digits: 6, algorithm: 'sha1' } as const;
const NOW = 1_700_000_010_000;

/** RFC 6238, appendix B. */
const vectors = [
  [59, '94287082', '46119246', '90693936'],
  [1111111109, '07081804', '68084774', '25091201'],
  [1111111111, '14050471', '67062674', '99943326'],
  [1234567890, '89005924', '91819424', '93441116'],
  [2000000000, '69279037', '90698825', '38618901'],
  [20000000000, '65353130', '77737706', '47863826'],
] as const;
const seedOf = (length: number): Buffer => Buffer.from('1234567890'.repeat(7).slice(0, length));

describe('TOTP codes', () => {
  it.each(vectors)('are those of RFC 6238 at %i s', (seconds, sha1, sha256, sha512) => {
    const expected = [
      ['sha1', 20, sha1],
      ['sha256', 32, sha256],
      ['sha512', 64, sha512],
    ] as const;
    for (const [algorithm, length, code] of expected) {
      const codes = new TotpCodes({ ...defaults, digits: 8, algorithm });
      expect(codes.codeOf(seedOf(length), codes.stepAt(seconds * 1000))).toBe(code);
    }
  });

  it.each(['sha1', 'sha256', 'sha512'] as const)('are those of another generator (%s)', (algorithm) => {
    const codes = new TotpCodes({ ...defaults, algorithm });
    const seed = codes.newSeed();
    const other = new TOTP({
      secret: toBase32(seed),
      algorithm: algorithm.toUpperCase(),
      digits: 6,
      period: 30,
    });
    for (let moment = NOW; moment < NOW + 3000_000; moment += 30_000) {
      expect(codes.stepOf(seed, other.generate({ timestamp: moment }), moment)).toBe(codes.stepAt(moment));
    }
  });

  it('count for one step before and after, and no more (R080)', () => {
    const codes = new TotpCodes(defaults);
    const seed = codes.newSeed();
    const taken = [-2, -1, 0, 1, 2].map((steps) => {
      const code = codes.codeOf(seed, codes.stepAt(NOW) + steps);
      return codes.stepOf(seed, code, NOW) !== undefined;
    });
    expect(taken).toEqual([false, true, true, true, false]);
    const strict = new TotpCodes({ ...defaults, window: 0 });
    expect(strict.stepOf(seed, codes.codeOf(seed, codes.stepAt(NOW) - 1), NOW)).toBeUndefined();
  });

  it('are texts of exactly as many digits, and nothing that looks like them (R073)', () => {
    const codes = new TotpCodes(defaults);
    // A seed whose present code begins with 0, which a number would lose.
    let seed = codes.newSeed();
    while (!codes.codeOf(seed, codes.stepAt(NOW)).startsWith('0')) seed = codes.newSeed();
    const code = codes.codeOf(seed, codes.stepAt(NOW));
    expect(codes.stepOf(seed, code, NOW)).toBe(codes.stepAt(NOW));
    const arabic = [...code].map((digit) => String.fromCodePoint(0x660 + Number(digit))).join('');
    const hostile = [
      ...[Number(code), [code], { code }, null, undefined, true, ''],
      ...[` ${code}`, `${code} `, `${code}\n`, `+${code.slice(1)}`, `${code.slice(1)}x`, `${code}0`, arabic],
      code.slice(1),
    ];
    for (const given of hostile) expect([given, codes.stepOf(seed, given, NOW)]).toEqual([given, undefined]);
  });

  it('come from seeds of 160 random bits (R091)', () => {
    const codes = new TotpCodes(defaults);
    const seeds = Array.from({ length: 2000 }, () => codes.newSeed());
    expect(new Set(seeds.map((seed) => seed.toString('hex'))).size).toBe(2000);
    expect(seeds.every((seed) => seed.length === 20)).toBe(true);
    const ones = seeds.flatMap((seed) => [...seed]).reduce((sum, byte) => sum + bitsOf(byte), 0);
    expect(Math.abs(ones / (2000 * 160) - 0.5)).toBeLessThan(0.01);
  });
});

describe('the address of a seed', () => {
  it('encodes label and issuer (R091)', () => {
    const codes = new TotpCodes(defaults);
    const seed = codes.newSeed();
    const address = codes.address(seed, 'A&B = C?/#', 'ada+x@example.com');
    const url = new URL(address);
    expect(decodeURIComponent(url.pathname)).toContain('A&B = C?/#:ada+x@example.com');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      secret: toBase32(seed),
      issuer: 'A&B = C?/#',
      algorithm: 'SHA1',
      digits: '6',
      period: '30',
    });
  });
});

describe('base 32', () => {
  it.each([
    ['', ''],
    ['f', 'MY'],
    ['fo', 'MZXQ'],
    ['foo', 'MZXW6'],
    ['foob', 'MZXW6YQ'],
    ['fooba', 'MZXW6YTB'],
    ['foobar', 'MZXW6YTBOI'],
  ])('of %j is %j (RFC 4648)', (text, expected) => {
    expect(toBase32(Buffer.from(text))).toBe(expected);
  });
});

function bitsOf(byte: number): number {
  return byte.toString(2).replaceAll('0', '').length;
}
