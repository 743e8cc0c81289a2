import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { passwordOptions } from '../../../test/support/password-options';
import type { ResolvedPasswordPolicy } from '../password.options';
import type { PasswordOwner } from './password-owner';
import { PasswordPolicy } from './password-policy';

const owner: PasswordOwner = { email: 'ann.smith@example.com' };

const standard = new PasswordPolicy(passwordOptions());

function problems(password: string, change?: Partial<ResolvedPasswordPolicy>, who = owner) {
  const policy = change ? new PasswordPolicy(passwordOptions(change)) : standard;
  return policy.problems(password, password.normalize('NFKC'), who);
}

function reasons(password: string, change?: Partial<ResolvedPasswordPolicy>, who = owner): string[] {
  return problems(password, change, who).map(({ reason }) => reason);
}

describe('PasswordPolicy, length', () => {
  it.each([
    ['8 emoji', '\u{1f511}'.repeat(8)],
    ['words', 'correct horse battery staple'],
    ['Chinese', '\u5bc6\u7801'.repeat(8)],
    ['128 emoji', '\u{1f511}'.repeat(128)],
    ['64 characters', 'x'.repeat(64)],
    ['digits only: no composition rules (R002)', '83519264'],
    ['spaces only', ' '.repeat(13)],
  ])('accepts %s', (_name, password) => {
    expect(reasons(password)).toEqual([]);
  });

  it.each([
    ['empty', ''],
    ['7 characters', '1234567'],
    ['7 emoji, 14 UTF-16 units', '\u{1f511}'.repeat(7)],
    ['7 letters that a decomposed accent makes 8', 'cafe\u0301abc'],
    ['one ligature that NFKC makes 18 letters', '\ufdfa'],
  ])('refuses a short one, and says nothing else of it: %s (R001)', (_name, password) => {
    expect(problems(password)).toEqual([
      { reason: 'TOO_SHORT', message: 'The password must have at least 8 characters.' },
    ]);
  });

  it('takes 15 where the password is the only factor, if told so (R001)', () => {
    expect(reasons('battery staple', { minLength: 15 })).toEqual(['TOO_SHORT']);
    expect(reasons('battery staple.', { minLength: 15 })).toEqual([]);
  });
});

describe('PasswordPolicy, characters', () => {
  const all = {
    requireUppercase: true,
    requireLowercase: true,
    requireNumbers: true,
    requireSpecialChars: true,
  };

  it.each<[string, Partial<ResolvedPasswordPolicy>, string[]]>([
    ['zebra lake', { requireUppercase: true }, ['UPPERCASE_MISSING']],
    ['zebra Lake', { requireUppercase: true }, []],
    ['\u00e9toile \u00c9', { requireUppercase: true }, []],
    ['ZEBRA LAKE', { requireLowercase: true }, ['LOWERCASE_MISSING']],
    ['zebra lake', { requireNumbers: true }, ['NUMBER_MISSING']],
    ['zebra lake 7', { requireNumbers: true }, []],
    ['zebra lake \u0667', { requireNumbers: true }, []],
    ['zebra lake 7', { requireSpecialChars: true }, ['SPECIAL_CHARACTER_MISSING']],
    ['zebra-lake', { requireSpecialChars: true }, []],
    ['zebra lake \u20ac', { requireSpecialChars: true }, []],
    ['zebra-lake', { requireSpecialChars: true, specialChars: '!?' }, ['SPECIAL_CHARACTER_MISSING']],
    ['zebra-lake!', { requireSpecialChars: true, specialChars: '!?' }, []],
    // The full-width mark is hashed as the plain one.
    ['zebra lake\uff01', { requireSpecialChars: true, specialChars: '!?' }, []],
    ['zebra lake', all, ['UPPERCASE_MISSING', 'NUMBER_MISSING', 'SPECIAL_CHARACTER_MISSING']],
    ['Zebra-Lake-7', all, []],
  ])('%s with %j breaks %j', (password, change, expected) => {
    expect(reasons(password, change)).toEqual(expected);
  });

  it('tells every broken rule at once, each with a text', () => {
    const found = problems('', all);
    expect(found.map(({ reason }) => reason)).toEqual([
      'TOO_SHORT',
      'UPPERCASE_MISSING',
      'LOWERCASE_MISSING',
      'NUMBER_MISSING',
      'SPECIAL_CHARACTER_MISSING',
    ]);
    expect(new Set(found.map(({ message }) => message)).size).toBe(5);
  });
});

describe('PasswordPolicy, what others use', () => {
  it.each(['Password1234567', 'QWERTY123', 'iloveyou1', '12345678'])('refuses %s (R003)', (password) => {
    expect(reasons(password)).toEqual(['COMMON']);
    expect(reasons(password, { preventCommon: false })).toEqual([]);
  });
});

describe('PasswordPolicy, what is known of the owner', () => {
  const named = { ...owner, username: 'night_owl', firstName: 'Annabel', lastName: 'Smith' };
  const context = { contextWords: ['Acme Bank'] };

  it.each([
    ['the local part', 'ann.smith'],
    ['the local part, padded with one character', 'ann.smithxxxxxx'],
    ['the local part, padded with digits', 'ann.smith202612345'],
    ['the local part, padded in front', '20262026ann.smith'],
    ['the local part in other case', 'ANN.Smith2026'],
    ['the local part without its separator', 'annsmith2026!'],
    ['the user name', 'night_owl1'],
    ['the user name without its separator', 'nightowl 99'],
    ['first and last name', 'annabelsmith2026'],
    ['the last name twice', 'Smith Smith'],
    ['a last name in full-width letters', '\uff33\uff4d\uff49\uff54\uff48 2026'],
    ['the service and a year', 'acmebank2026'],
    ['one word of the service and a year', 'Acme2026'],
    ['the service as it is written', 'Acme Bank 26'],
  ])('refuses %s (R003)', (_name, password) => {
    expect(reasons(password, context, named)).toEqual(['USER_INFO']);
    expect(reasons(password, { ...context, preventUserInfo: false }, named)).toEqual([]);
  });

  it.each([
    ['a name within a passphrase', 'smith and the nine lakes'],
    ['the local part within a passphrase', 'ann.smith likes zebras'],
    ['the service within a passphrase', 'my acme bank has lakes'],
    ['the domain', 'example.com zebra'],
  ])('accepts %s', (_name, password) => {
    expect(reasons(password, context, named)).toEqual([]);
  });

  it('does not let a short name stand in the way of every password that has it', () => {
    const short = { email: 'a@example.com', username: 'bob', firstName: 'Al', lastName: 'Li' };
    for (const password of ['alabaster', 'bobsleigh', 'a banana a day', 'lilac alibi']) {
      expect(reasons(password, undefined, short)).toEqual([]);
    }
    for (const password of ['bob83519264', 'bobbobbob', '!!bob!!!']) {
      expect(reasons(password, undefined, short)).toContain('USER_INFO');
    }
  });

  it('looks at the mailbox without its tag too', () => {
    expect(reasons('wanderer2026', undefined, { email: 'wanderer+shop@example.com' })).toEqual(['USER_INFO']);
    expect(reasons('wanderer+shop1', undefined, { email: 'wanderer+shop@example.com' })).toEqual([
      'USER_INFO',
    ]);
  });

  it('has no trouble with owners of whom little is known', () => {
    const nobody = { email: '', username: null, firstName: null, lastName: undefined };
    expect(reasons('zebra lake', undefined, nobody)).toEqual([]);
  });
});

describe('PasswordPolicy, any text', () => {
  const text = fc.string({ unit: 'binary', maxLength: 140 }).filter((value) => value.isWellFormed());
  const name = fc.string({ unit: 'grapheme', maxLength: 12 });
  const owners = fc.record({
    email: name.map((local) => `${local}@example.com`),
    username: fc.option(name),
    firstName: fc.option(name),
    lastName: fc.option(name),
  });

  it('says the same of every spelling that is hashed the same (R007)', () => {
    fc.assert(
      fc.property(text, owners, (password, who) => {
        const spellings = (['NFC', 'NFD', 'NFKC', 'NFKD'] as const).map((form) => password.normalize(form));
        const verdicts = spellings.map((spelling) =>
          reasons(spelling, undefined, who).filter((reason) => reason !== 'TOO_SHORT'),
        );
        // The length counts the shortest spelling typed, so a verdict on the words needs all of them long enough.
        if (Math.min(...spellings.map((spelling) => Array.from(spelling).length)) < 8) return;
        for (const verdict of verdicts) expect(verdict).toEqual(verdicts[0]);
      }),
    );
  });

  it('refuses a name with any padding of digits', () => {
    const names = fc.stringMatching(/^[a-z]{4,20}$/);
    fc.assert(
      fc.property(names, fc.stringMatching(/^\d{4,20}$/), fc.boolean(), (who, digits, inFront) => {
        const password = inFront ? digits + who.toUpperCase() : who + digits;
        expect(reasons(password, undefined, { email: `${who}@example.com` })).toContain('USER_INFO');
      }),
    );
  });

  it('accepts random passphrases whoever the owner is', () => {
    const letters = 'bcdfghjkmnpqrstvwxz';
    const word = fc.string({ unit: fc.constantFrom(...letters), minLength: 9, maxLength: 12 });
    fc.assert(
      fc.property(word, word, (first, second) => {
        fc.pre(new Set(first + second).size > 6);
        expect(
          reasons(`${first} ${second}`, undefined, { email: 'eau@example.com', username: 'aiou' }),
        ).toEqual([]);
      }),
    );
  });

  it('takes 1 024 characters, and names of the same length, in no time', () => {
    const long = {
      email: `${'a.'.repeat(32)}@example.com`,
      username: 'b'.repeat(255),
      firstName: 'c '.repeat(50),
    };
    const policy = new PasswordPolicy(
      passwordOptions({ contextWords: Array.from({ length: 100 }, (_, i) => `word${i}`) }),
    );
    policy.problems('warm up the list', 'warm up the list', long);
    const start = process.cpuUsage();
    for (let round = 0; round < 20; round += 1) policy.problems('ab'.repeat(512), 'ab'.repeat(512), long);
    expect(process.cpuUsage(start).user / 20_000).toBeLessThan(50);
  });
});
