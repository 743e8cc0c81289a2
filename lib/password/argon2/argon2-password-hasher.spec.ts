import { hash as hashWith } from '@node-rs/argon2';
import { describe, expect, it } from 'vitest';
import { processorMs } from '../../../test/support/processor-time';
import { Argon2PasswordHasher } from './argon2-password-hasher';
import type { Argon2Library } from './argon2-library';

const cheap = { memoryCost: 256, timeCost: 1, parallelism: 1 };
const hasher = new Argon2PasswordHasher(cheap);

/** Test vectors of the reference implementation (phc-winner-argon2, src/test.c), version 0x13, argon2id. */
const VECTORS: [password: string, encoded: string][] = [
  ['password', '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc'],
  ['password', '$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4'],
  ['password', '$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc'],
  ['password', '$argon2id$v=19$m=65536,t=1,p=1$c29tZXNhbHQ$9qWtwbpyPd3vm1rB1GThgPzZ3/ydHL92zKL+15XZypg'],
  ['password', '$argon2id$v=19$m=65536,t=4,p=1$c29tZXNhbHQ$kCXUjmjvc5XMqQedpMTsOv+zyJEf5PhtGiUghW9jFyw'],
  [
    'differentpassword',
    '$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$C4TWUs9rDEvq7w3+J4umqA32aWKB1+DSiRuBfYxFj94',
  ],
  ['password', '$argon2id$v=19$m=65536,t=2,p=1$ZGlmZnNhbHQ$vfMrBczELrFdWP0ZsfhWsRPaHppYdP3MVEMIVlqoFBw'],
];

describe('Argon2PasswordHasher', () => {
  it.each(VECTORS)('knows the vector of %s in %s', async (password, encoded) => {
    await expect(hasher.verify(password, encoded)).resolves.toBe(true);
    await expect(hasher.verify(`${password} `, encoded)).resolves.toBe(false);
  });

  it('hashes with the parameters of R008 by default, a salt of 16 bytes and a tag of 32', async () => {
    const [a, b] = [
      await new Argon2PasswordHasher().hash('zebra lake'),
      await new Argon2PasswordHasher().hash('zebra lake'),
    ];
    const form = /^\$argon2id\$v=19\$m=19456,t=2,p=1\$([A-Za-z0-9+/]{22})\$([A-Za-z0-9+/]{43})$/;
    expect(a).toMatch(form);
    expect(b).toMatch(form);
    expect(form.exec(a)?.[1]).not.toBe(form.exec(b)?.[1]);
    expect(a.length).toBeLessThanOrEqual(255);
  });

  it.each([
    ['73 bytes', `${'a'.repeat(72)}X`, `${'a'.repeat(72)}Y`],
    ['what follows a NUL', 'abc\0def', 'abc'],
    ['a password twice with a NUL between', 'abc', 'abc\0abc'],
    ['2304 characters', '\ufdfa'.repeat(128).normalize('NFKC'), '\ufdfa'.repeat(127).normalize('NFKC')],
  ])('takes the whole password: %s (R005)', async (_name, set, tried) => {
    const stored = await hasher.hash(set);
    await expect(hasher.verify(set, stored)).resolves.toBe(true);
    await expect(hasher.verify(tried, stored)).resolves.toBe(false);
  });

  const [, , , salt = '', tag = ''] = VECTORS[1]?.[1].split('$').slice(1) ?? [];

  it.each([
    '',
    'x',
    `$argon2i$v=19$m=256,t=2,p=1$${salt}$${tag}`,
    `$argon2d$v=19$m=256,t=2,p=1$${salt}$${tag}`,
    `$argon2id$v=16$m=256,t=2,p=1$${salt}$${tag}`,
    `$argon2id$m=256,t=2,p=1$${salt}$${tag}`,
    `$argon2id$v=19$m=1048577,t=1,p=1$${salt}$${tag}`,
    `$argon2id$v=19$m=4294967295,t=1,p=1$${salt}$${tag}`,
    `$argon2id$v=19$m=256,t=17,p=1$${salt}$${tag}`,
    `$argon2id$v=19$m=256,t=2,p=17$${salt}$${tag}`,
    `$argon2id$v=19$m=7,t=2,p=1$${salt}$${tag}`,
    `$argon2id$v=19$m=256,t=0,p=1$${salt}$${tag}`,
    `$argon2id$v=19$m=256,t=2,p=1$${salt}$`,
    `$argon2id$v=19$m=256,t=2,p=1$$${tag}`,
    `$argon2id$v=19$m=256,t=2,p=1$${salt}$${tag}\n`,
    `$argon2id$v=19$m=256,t=2,p=1$${salt}x$${tag}`,
    `$2b$04$${'.'.repeat(53)}`,
    'a'.repeat(100_000),
  ])('answers false to a hash of unknown form %#', async (stored) => {
    await expect(hasher.verify('password', stored)).resolves.toBe(false);
  });

  it.each<[boolean, string, object]>([
    [false, 'its own', {}],
    [false, 'more work', { memoryCost: 1024, timeCost: 3 }],
    [false, 'more lanes', { parallelism: 2 }],
    [true, 'less memory', { memoryCost: 511 }],
    [true, 'fewer passes', { timeCost: 1 }],
    [true, 'fewer passes over more memory', { memoryCost: 4096, timeCost: 1 }],
    [true, 'a short salt', { salt: Buffer.alloc(8, 1) }],
    [true, 'a short tag', { outputLen: 16 }],
  ])('needs another hash: %s for one with %s (R009)', async (expected, _name, change) => {
    const strict = new Argon2PasswordHasher({ memoryCost: 512, timeCost: 2, parallelism: 1 });
    const stored = await hashWith('zebra lake', { memoryCost: 512, timeCost: 2, parallelism: 1, ...change });
    await expect(strict.verify('zebra lake', stored)).resolves.toBe(true);
    expect(strict.needsRehash(stored)).toBe(expected);
  });

  it('needs another hash for every form that it does not write', () => {
    for (const stored of ['', `$2b$12$${'.'.repeat(53)}`, `$argon2i$v=19$m=65536,t=3,p=1$${salt}$${tag}`]) {
      expect(hasher.needsRehash(stored)).toBe(true);
    }
  });

  it('fills as much memory for a cheaper hash and an unknown form as for its own (R014)', async () => {
    const slow = new Argon2PasswordHasher({ memoryCost: 32_768, timeCost: 2, parallelism: 1 });
    const stored = [
      await slow.hash('zebra lake'),
      await hashWith('zebra lake', { memoryCost: 4096, timeCost: 1 }),
      await hashWith('zebra lake', { memoryCost: 19_456, timeCost: 2 }),
      'unknown',
    ];
    const times = stored.map((): number[] => []);
    for (let round = 0; round < 12; round += 1) {
      for (const [index, hash] of stored.entries()) {
        times[index]?.push(await processorMs(() => slow.verify('wrong lake', hash)));
      }
    }
    const [reference = 0, ...others] = times.map((list) => Math.min(...list));
    // Work left out would show as a half or less, work done twice as double.
    for (const other of others) expect(other / reference).toBeGreaterThan(0.6);
    for (const other of others) expect(other / reference).toBeLessThan(1.6);
  });

  it('asks for exactly the missing work', async () => {
    const asked: number[] = [];
    const library: Argon2Library = {
      hash: (_password, { memoryCost, timeCost }) =>
        Promise.resolve(String(asked.push(memoryCost * timeCost))),
      verify: () => Promise.resolve(false),
    };
    const strict = new Argon2PasswordHasher(
      { memoryCost: 19_456, timeCost: 2, parallelism: 1 },
      () => library,
    );
    const workFor = async (cost: string): Promise<number> => {
      asked.length = 0;
      await strict.verify('password', `$argon2id$v=19$${cost}$${salt}$${tag}`);
      return asked.reduce((sum, work) => sum + work, 0);
    };
    expect(await workFor('m=19456,t=2,p=1')).toBe(0);
    expect(await workFor('m=19456,t=3,p=1')).toBe(0);
    expect(await workFor('m=47104,t=1,p=1')).toBe(0);
    expect(await workFor('m=19456,t=1,p=1')).toBe(19_456);
    expect(await workFor('m=4096,t=1,p=1')).toBe(2 * 19_456 - 4096);
    expect(await workFor('m=4096,t=3,p=1')).toBe(2 * 19_456 - 3 * 4096);
    expect(await workFor('unknown')).toBe(2 * 19_456);
  });

  it('says what is missing where the package is not installed', async () => {
    const without = new Argon2PasswordHasher(cheap, () => {
      throw new Error('argon2id needs the package @node-rs/argon2');
    });
    expect(without.problem()?.message).toContain('@node-rs/argon2');
    expect(hasher.problem()).toBeUndefined();
  });
});
