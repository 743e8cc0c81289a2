import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { secretProblem } from './secret-strength';

describe('secretProblem', () => {
  it.each([
    ['nothing', undefined],
    ['a number', 123_456_789_012],
    ['empty', ''],
    ['31 bytes', 'kq3v9ZrT1xWc8LmN5bHs2PdYf7GjQ04'],
    ['one letter', 'a'.repeat(64)],
    ['7 letters', 'abcdefg'.repeat(10)],
    ['7 letters in no order', 'bcdefgacegbdfbgdcfeagfedcbgafbecdbgcebdfgecb'],
    ['a repeated text', 'abcdefgh'.repeat(8)],
    ['a word', 'secret'],
    ['placeholder words', 'change-me-please-this-is-my-super-secret-key'],
    ['placeholder words in capitals', 'YOUR_JWT_ACCESS_TOKEN_SECRET_HERE_CHANGE_ME'],
    ['changeme, and then changeme', 'changeme-changeme-changeme-changeme-changeme'],
  ])('refuses %s and does not repeat it', (_name, secret) => {
    const problem = secretProblem(secret, 32);
    expect(problem).toEqual(expect.any(String));
    if (secret) expect(problem).not.toContain(String(secret));
  });

  it.each(['base64', 'hex', 'base64url'] as const)('accepts 1000 random keys as %s', (encoding) => {
    for (let round = 0; round < 1000; round += 1) {
      expect(secretProblem(randomBytes(32).toString(encoding), 32)).toBeUndefined();
    }
  });

  it('counts bytes, not characters', () => {
    const text =
      '\u5bc6\u7801\u9a8c\u8bc1\u4ee4\u724c\u7b7e\u540d\u968f\u673a\u5b57\u7b26\u96c6\u5408\u4e0e\u5f02';
    expect(text).toHaveLength(16);
    expect(secretProblem(text, 48)).toBeUndefined();
    expect(secretProblem(text, 49)).toMatch(/at least 49 bytes, it has 48/);
  });
});
