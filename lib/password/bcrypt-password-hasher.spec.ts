import { createHmac } from 'node:crypto';
import { compareSync, hashSync } from 'bcrypt';
import { describe, expect, it } from 'vitest';
import { processorMs } from '../../test/support/processor-time';
import { deriveKey, type EncryptionKeys } from '../common';
import { BcryptPasswordHasher } from './bcrypt-password-hasher';

const COST = 4;
const key = (fill: number): Uint8Array => new Uint8Array(32).fill(fill);
const keys: EncryptionKeys = { current: 'k1', keys: new Map([['k1', key(1)]]) };
const hasher = new BcryptPasswordHasher(COST, keys);

describe('BcryptPasswordHasher', () => {
  it('hashes what fits with plain bcrypt and the configured cost, with a new salt each time', async () => {
    const a = await hasher.hash('correct horse');
    const b = await hasher.hash('correct horse');
    expect(a).toMatch(/^\$2b\$04\$[./A-Za-z0-9]{53}$/);
    expect(a).not.toBe(b);
    expect(compareSync('correct horse', a)).toBe(true);
    await expect(hasher.verify('correct horse', a)).resolves.toBe(true);
    await expect(hasher.verify('Correct horse', a)).resolves.toBe(false);
  });

  it.each([
    ['72 bytes', 'a'.repeat(72), false],
    ['73 bytes', 'a'.repeat(73), true],
    ['24 euro signs, 72 bytes', '\u20ac'.repeat(24), false],
    ['25 euro signs, 75 bytes', '\u20ac'.repeat(25), true],
    ['128 characters of 4 bytes', '\u{1f511}'.repeat(128), true],
    ['a NUL', 'abc\0def', true],
  ])('%s', async (_name, password, preHashed) => {
    const stored = await hasher.hash(password);
    expect(stored.startsWith('$nauth-hmac$k=k1$2b$04$')).toBe(preHashed);
    expect(stored.length).toBeLessThanOrEqual(255);
    await expect(hasher.verify(password, stored)).resolves.toBe(true);
    await expect(hasher.verify(`${password}x`, stored)).resolves.toBe(false);
    await expect(hasher.verify(password.slice(0, -1), stored)).resolves.toBe(false);
  });

  it('tells passwords apart that differ after 72 bytes only, which bcrypt does not', async () => {
    const x = `${'a'.repeat(72)}X1`;
    const y = `${'a'.repeat(72)}Y2`;
    expect(compareSync(y, hashSync(x, COST))).toBe(true);
    await expect(hasher.verify(y, await hasher.hash(x))).resolves.toBe(false);
    await expect(hasher.verify('a'.repeat(72), await hasher.hash(x))).resolves.toBe(false);
    await expect(hasher.verify(x, await hasher.hash('a'.repeat(72)))).resolves.toBe(false);
    await expect(hasher.verify(x, hashSync(x, COST))).resolves.toBe(false);
  });

  it('tells a password apart from itself twice with a NUL between, which bcrypt does not', async () => {
    expect(compareSync('abc\0abc', hashSync('abc', COST))).toBe(true);
    await expect(hasher.verify('abc\0abc', await hasher.hash('abc'))).resolves.toBe(false);
    await expect(hasher.verify('abc', await hasher.hash('abc\0abc'))).resolves.toBe(false);
    await expect(hasher.verify('abc', await hasher.hash(`abc\0${'d'.repeat(12)}`))).resolves.toBe(false);
    await expect(hasher.verify('\0', await hasher.hash(''))).resolves.toBe(false);
  });

  it('never takes the pre-hash of a password for the password', async () => {
    const long = 'x'.repeat(100);
    const macKey = deriveKey(key(1), 'nauth password pre-hash');
    const mac = createHmac('sha384', macKey).update(long).digest('base64');
    const stored = await hasher.hash(long);
    expect(compareSync(mac, stored.slice(stored.indexOf('$2b$')))).toBe(true);
    await expect(hasher.verify(mac, stored)).resolves.toBe(false);
    await expect(hasher.verify(long, hashSync(mac, COST))).resolves.toBe(false);
  });

  it.each(['$2a$', '$2y$', '$2b$'])('verifies %s hashes of other systems', async (form) => {
    const stored = hashSync('correct horse', COST).replace('$2b$', form);
    await expect(hasher.verify('correct horse', stored)).resolves.toBe(true);
    await expect(hasher.verify('wrong', stored)).resolves.toBe(false);
  });

  it('verifies under the key that the hash names, after another one became current', async () => {
    const long = 'x'.repeat(100);
    const old = await hasher.hash(long);
    const rotated = new BcryptPasswordHasher(COST, {
      current: 'k2/$=%',
      keys: new Map([...keys.keys, ['k2/$=%', key(2)]]),
    });
    await expect(rotated.verify(long, old)).resolves.toBe(true);
    const fresh = await rotated.hash(long);
    expect(fresh).toMatch(/^\$nauth-hmac\$k=k2%2F%24%3D%25\$2b\$/);
    await expect(rotated.verify(long, fresh)).resolves.toBe(true);
    await expect(hasher.verify(long, fresh)).resolves.toBe(false);
    const otherKey = new BcryptPasswordHasher(COST, { current: 'k1', keys: new Map([['k1', key(9)]]) });
    await expect(otherKey.verify(long, old)).resolves.toBe(false);
  });

  it.each([
    '',
    'x',
    '$2b$04$short',
    `$2b$03$${'.'.repeat(53)}`,
    `$2b$20$${'.'.repeat(53)}`,
    `$2b$04$${'.'.repeat(53)}\n`,
    `$2x$04$${'.'.repeat(53)}`,
    `$nauth-hmac$k=gone$2b$04$${'.'.repeat(53)}`,
    `$nauth-hmac$k=__proto__$2b$04$${'.'.repeat(53)}`,
    `$nauth-hmac$k=$2b$04$${'.'.repeat(53)}`,
    '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaA',
    'a'.repeat(100_000),
  ])('answers false to a hash of unknown form %#', async (stored) => {
    await expect(hasher.verify('correct horse', stored)).resolves.toBe(false);
    await expect(hasher.verify('x'.repeat(100), stored)).resolves.toBe(false);
  });

  it('works as long for a legacy cost, an unknown form and an over-long password as for its own hashes', async () => {
    const cost = 8;
    const slow = new BcryptPasswordHasher(cost, keys);
    const own = await slow.hash('correct horse');
    const cases: [string, string][] = [
      ['correct horse', own],
      ['correct horse', hashSync('correct horse', 5)],
      ['correct horse', 'unknown'],
      ['x'.repeat(100), own],
      ['x'.repeat(100), '$nauth-hmac$k=gone' + own],
    ];
    const times = cases.map((): number[] => []);
    for (let round = 0; round < 15; round += 1) {
      for (const [index, [password, stored]] of cases.entries()) {
        times[index]?.push(await processorMs(() => slow.verify(password, stored)));
      }
    }
    const [reference = 0, ...others] = times.map((list) => Math.min(...list));
    // Work left out would show as an eighth or less, work done twice as double.
    for (const other of others) expect(other / reference).toBeGreaterThan(0.6);
    for (const other of others) expect(other / reference).toBeLessThan(1.6);
  });

  it.each<[boolean, string, (password: string) => Promise<string> | string]>([
    [false, 'its own hash', (password) => hasher.hash(password)],
    [false, 'a higher cost', (password) => hashSync(password, COST + 1)],
    [true, 'a lower cost', (password) => new BcryptPasswordHasher(COST, keys).hash(password)],
    [true, 'the form $2a$', (password) => hashSync(password, COST + 1).replace('$2b$', '$2a$')],
    [true, 'the form $2y$', (password) => hashSync(password, COST + 1).replace('$2b$', '$2y$')],
    [true, 'another algorithm', () => '$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0c2FsdA$aGFzaA'],
  ])('needs another hash: %s for %s (R009)', async (expected, name, write) => {
    const reader = name === 'a lower cost' ? new BcryptPasswordHasher(COST + 1, keys) : hasher;
    expect(reader.needsRehash(await write('correct horse'))).toBe(expected);
  });

  it('needs another hash for one under an earlier key, and for no other', async () => {
    const long = 'x'.repeat(100);
    const old = [await hasher.hash(long), await hasher.hash('short')];
    const rotated = new BcryptPasswordHasher(COST, {
      current: 'k2',
      keys: new Map([...keys.keys, ['k2', key(2)]]),
    });
    expect(old.map((stored) => rotated.needsRehash(stored))).toEqual([true, false]);
    expect(rotated.needsRehash(await rotated.hash(long))).toBe(false);
  });

  it('refuses a current key that is not among the keys', () => {
    expect(() => new BcryptPasswordHasher(COST, { current: 'k2', keys: keys.keys })).toThrow(/current/);
  });
});
