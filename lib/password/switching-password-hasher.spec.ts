import { Logger } from '@nestjs/common';
import { hashSync } from 'bcrypt';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { processorMs } from '../../test/support/processor-time';
import { Argon2PasswordHasher } from './argon2/argon2-password-hasher';
import { BcryptPasswordHasher } from './bcrypt-password-hasher';
import type { PasswordScheme } from './password-scheme';
import { SwitchingPasswordHasher } from './switching-password-hasher';

const keys = { current: 'k1', keys: new Map([['k1', new Uint8Array(32).fill(1)]]) };
const bcrypt = (cost = 4): PasswordScheme => new BcryptPasswordHasher(cost, keys);
const argon2 = (memoryCost = 256): PasswordScheme =>
  new Argon2PasswordHasher({ memoryCost, timeCost: 1, parallelism: 1 });
const missing = (): PasswordScheme =>
  new Argon2PasswordHasher(undefined, () => {
    throw new Error('argon2id needs the package @node-rs/argon2');
  });

afterEach(() => vi.restoreAllMocks());

describe('SwitchingPasswordHasher', () => {
  it('writes with the current algorithm and verifies both', async () => {
    for (const [current, other] of [
      [bcrypt(), argon2()],
      [argon2(), bcrypt()],
    ] as const) {
      const hasher = new SwitchingPasswordHasher(current, other);
      const fresh = await hasher.hash('zebra lake');
      const old = await other.hash('zebra lake');
      expect(current.recognises(fresh)).toBe(true);
      for (const stored of [fresh, old]) {
        await expect(hasher.verify('zebra lake', stored)).resolves.toBe(true);
        await expect(hasher.verify('wrong lake', stored)).resolves.toBe(false);
      }
      await expect(hasher.verify('zebra lake', 'unknown')).resolves.toBe(false);
      expect([hasher.needsRehash(fresh), hasher.needsRehash(old)]).toEqual([false, true]);
    }
  });

  it.each(['$2a$', '$2y$', '$2b$'])(
    'takes over the %s hashes of another system, and replaces them',
    async (form) => {
      const imported = hashSync('zebra lake', 5).replace('$2b$', form);
      for (const hasher of [
        new SwitchingPasswordHasher(argon2(), bcrypt(4)),
        new SwitchingPasswordHasher(bcrypt(6), argon2()),
      ]) {
        await expect(hasher.verify('zebra lake', imported)).resolves.toBe(true);
        await expect(hasher.verify('wrong lake', imported)).resolves.toBe(false);
        expect(hasher.needsRehash(imported)).toBe(true);
      }
    },
  );

  it('does the work of both from the first hash of the other algorithm on, and not before', async () => {
    const done: string[] = [];
    const counting = (name: string, scheme: PasswordScheme): PasswordScheme => ({
      hash: (password) => scheme.hash(password),
      verify: (password, hash) => {
        done.push(name);
        return scheme.verify(password, hash);
      },
      spend: () => Promise.resolve(void done.push(`${name}, for nothing`)),
      recognises: (hash) => scheme.recognises(hash),
      needsRehash: (hash) => scheme.needsRehash(hash),
      problem: () => scheme.problem(),
    });
    const hasher = new SwitchingPasswordHasher(counting('argon2', argon2()), counting('bcrypt', bcrypt()));
    const own = await hasher.hash('zebra lake');
    const workOf = async (stored: string): Promise<string[]> => {
      done.length = 0;
      await hasher.verify('zebra lake', stored);
      return [...done];
    };
    expect(await workOf(own)).toEqual(['argon2']);
    expect(await workOf('unknown')).toEqual(['argon2']);
    expect(await workOf(hashSync('zebra lake', 4))).toEqual(['bcrypt', 'argon2, for nothing']);
    expect(await workOf(own)).toEqual(['argon2', 'bcrypt, for nothing']);
    expect(await workOf('unknown')).toEqual(['argon2', 'bcrypt, for nothing']);
  });

  it.each([
    ['argon2id, with bcrypt before', argon2(32_768), bcrypt(7)],
    ['bcrypt, with argon2id before', bcrypt(7), argon2(32_768)],
  ])('%s: takes as long for an account of either kind as for none (R014)', async (_name, current, other) => {
    const hasher = new SwitchingPasswordHasher(current, other);
    const none = await hasher.hash('nobody has it');
    const stored = [none, await hasher.hash('zebra lake'), await other.hash('zebra lake')];
    await hasher.verify('zebra lake', stored[2] ?? '');
    const times = stored.map((): number[] => []);
    for (let round = 0; round < 12; round += 1) {
      for (const [index, hash] of stored.entries()) {
        times[index]?.push(await processorMs(() => hasher.verify('wrong lake', hash)));
      }
    }
    const [reference = 0, ...rest] = times.map((list) => Math.min(...list));
    for (const time of rest) expect(time / reference).toBeGreaterThan(0.75);
    for (const time of rest) expect(time / reference).toBeLessThan(1.33);
  });

  it('refuses the hashes of a package that is not installed with the same work, and says so once', async () => {
    const errors = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    const hasher = new SwitchingPasswordHasher(bcrypt(), missing());
    const stored = await argon2().hash('zebra lake');
    await expect(hasher.verify('zebra lake', stored)).resolves.toBe(false);
    await expect(hasher.verify('zebra lake', stored)).resolves.toBe(false);
    const own = await hasher.hash('zebra lake');
    await expect(hasher.verify('zebra lake', own)).resolves.toBe(true);
    expect(errors).toHaveBeenCalledTimes(1);
    expect(String(errors.mock.calls[0]?.[0])).toContain('@node-rs/argon2');
  });
});
