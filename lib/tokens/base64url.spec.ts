import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isCanonicalBase64url } from './base64url';

describe('isCanonicalBase64url', () => {
  it('accepts what an encoder writes, for every length', () => {
    for (let length = 0; length < 100; length += 1) {
      expect(isCanonicalBase64url(randomBytes(length).toString('base64url'))).toBe(true);
    }
  });

  it('accepts exactly one text for each value of the last byte', () => {
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
    for (const prefix of ['A', 'AA']) {
      const accepted = [...alphabet].map((last) => prefix + last).filter(isCanonicalBase64url);
      const decoded = new Set(accepted.map((text) => Buffer.from(text, 'base64url').toString('hex')));
      expect(decoded.size).toBe(accepted.length);
      expect(accepted).toHaveLength(prefix.length === 1 ? 4 : 16);
    }
  });

  it.each(['A', 'AAAAA', 'AA==', 'AA=', 'A+A', 'A/A', 'AA A', 'AAAA\n', ' AAAA', 'AB', 'AAB', '\u00e9AAA'])(
    'refuses %j',
    (text) => {
      expect(isCanonicalBase64url(text)).toBe(false);
    },
  );
});
