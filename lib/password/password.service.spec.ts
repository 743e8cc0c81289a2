import { beforeEach, describe, expect, it } from 'vitest';
import { middleMean } from '../../test/support/middle-mean';
import { passwordOptions } from '../../test/support/password-options';
import { processorMs } from '../../test/support/processor-time';
import { NAuthException } from '../errors';
import { BcryptPasswordHasher } from './bcrypt-password-hasher';
import { HashQueue } from './hash-queue';
import type { PasswordHasher } from './password-hasher';
import { PasswordService } from './password.service';

const keys = { current: 'k1', keys: new Map([['k1', new Uint8Array(32).fill(1)]]) };

class CountingHasher implements PasswordHasher {
  hashes = 0;
  verified: string[] = [];
  private readonly inner: PasswordHasher;

  constructor(cost: number) {
    this.inner = new BcryptPasswordHasher(cost, keys);
  }

  hash(password: string): Promise<string> {
    this.hashes += 1;
    return this.inner.hash(password);
  }

  verify(password: string, hash: string): Promise<boolean> {
    this.verified.push(hash);
    return this.inner.verify(password, hash);
  }
}

function serviceWith(hasher: PasswordHasher, options = passwordOptions()): PasswordService {
  return new PasswordService(options, hasher, new HashQueue(options));
}

async function thrownBy(call: () => unknown): Promise<NAuthException> {
  try {
    await call();
  } catch (error) {
    if (error instanceof NAuthException) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

let hasher: CountingHasher;
let service: PasswordService;

beforeEach(async () => {
  hasher = new CountingHasher(4);
  service = serviceWith(hasher);
  await service.onModuleInit();
});

describe('PasswordService, text of a password', () => {
  it('hashes the composed and the decomposed spelling as one (R007)', async () => {
    const composed = 'caf\u00e9 au lait';
    const decomposed = 'cafe\u0301 au lait';
    await expect(service.verify(decomposed, await service.hash(composed))).resolves.toBe(true);
    await expect(service.verify(composed, await service.hash(decomposed))).resolves.toBe(true);
  });

  it.each([
    ['a leading space', 'correct horse', ' correct horse'],
    ['a trailing space', 'correct horse', 'correct horse '],
    ['a tab at the end', 'correct horse', 'correct horse\t'],
    ['case', 'correct horse', 'Correct horse'],
    ['what follows a NUL', `abc\0${'d'.repeat(12)}`, 'abc'],
    ['the 73rd byte', `${'a'.repeat(72)}X1`, `${'a'.repeat(72)}Y2`],
  ])('%s is significant (R005)', async (_name, set, tried) => {
    const hash = await service.hash(set);
    await expect(service.verify(set, hash)).resolves.toBe(true);
    await expect(service.verify(tried, hash)).resolves.toBe(false);
  });

  it.each([
    ['129 characters', 'x'.repeat(129)],
    ['129 emoji', '\u{1f511}'.repeat(129)],
    ['a million characters', 'x'.repeat(1_000_000)],
    ['a lone surrogate', 'correct \ud83d horse'],
    ['a million lone surrogates', '\ud83d'.repeat(1_000_000)],
  ])('refuses %s everywhere, fast and without a hash (R006)', async (_name, password) => {
    const stored = await service.hash('correct horse');
    const before = hasher.hashes;
    const errors: NAuthException[] = [];
    const workMs = await processorMs(async () => {
      errors.push(await thrownBy(() => service.prepare(password)));
      errors.push(await thrownBy(() => service.hash(password)));
      errors.push(await thrownBy(() => service.verify(password, stored)));
      errors.push(await thrownBy(() => service.verify(password, null)));
    });
    expect(workMs).toBeLessThan(100);
    expect(errors).toHaveLength(4);
    for (const error of errors) {
      expect(error.code).toBe('VALIDATION_FAILED');
      expect(error.details?.fields?.['password']).toHaveLength(1);
    }
    expect(hasher.hashes).toBe(before);
    expect(hasher.verified).toEqual([]);
  });

  it('takes 128 ligatures that NFKC makes 2304 characters, and the same again at login', async () => {
    const password = '\ufdfa'.repeat(128);
    await expect(service.verify(password, await service.hash(password))).resolves.toBe(true);
  });
});

describe('PasswordService, equal work (R014)', () => {
  it.each([
    ['the right password', 'correct horse', 'own', true],
    ['a wrong password', 'wrong horse', 'own', false],
    ['no hash', 'correct horse', 'none', false],
    ['an over-long password for bcrypt', 'x'.repeat(100), 'own', false],
    ['an over-long password and no hash', 'x'.repeat(100), 'none', false],
    ['a hash of unknown form', 'correct horse', 'unknown', false],
  ])('%s: exactly one verification', async (_name, password, kind, expected) => {
    const own = await service.hash('correct horse');
    const before = hasher.hashes;
    const stored = kind === 'own' ? own : kind === 'none' ? null : 'unknown';
    await expect(service.verify(password, stored)).resolves.toBe(expected);
    expect(hasher.verified).toHaveLength(1);
    expect(hasher.hashes).toBe(before);
  });

  it('makes the dummy hash once, at start, and never accepts it', async () => {
    expect(hasher.hashes).toBe(1);
    await service.verify('a', null);
    await service.verify('b', null);
    expect(hasher.hashes).toBe(1);
    expect(new Set(hasher.verified).size).toBe(1);
    const yes = serviceWith({ hash: () => Promise.resolve('h'), verify: () => Promise.resolve(true) });
    await expect(yes.verify('anything', null)).resolves.toBe(false);
    await expect(yes.verify('anything', 'h')).resolves.toBe(true);
  });

  it('makes the dummy hash again after an attempt that failed', async () => {
    let calls = 0;
    const flaky = serviceWith({
      hash: () => (++calls === 1 ? Promise.reject(new Error('broken')) : Promise.resolve('h')),
      verify: () => Promise.resolve(false),
    });
    await expect(flaky.onModuleInit()).rejects.toThrow('broken');
    await expect(flaky.verify('anything', null)).resolves.toBe(false);
  });

  // TIME-1 of the requirements. Cost 7, about 8 ms: at a lower one a missing verification would be within the bar.
  it('takes as long for an unknown user as for a known one: 3 ms at most', async () => {
    const options = passwordOptions({ bcryptCost: 7 });
    const bcrypt = new BcryptPasswordHasher(7, keys);
    const known = await bcrypt.hash('correct horse');
    const real = serviceWith(bcrypt, options);
    await real.onModuleInit();
    expect(
      Math.abs(await meanDifference(known, (hash) => real.verify('wrong horse', hash))),
    ).toBeLessThanOrEqual(3);
    // The measure itself: a service that answers at once where there is no hash is over the bar.
    const shortcut = async (hash: string | null): Promise<boolean> =>
      hash !== null && (await real.verify('wrong horse', hash));
    expect(Math.abs(await meanDifference(known, shortcut))).toBeGreaterThan(3);
  });
});

describe('PasswordService, load', () => {
  it('sends every hash and verification, also of a custom hasher, through the queue', async () => {
    let running = 0;
    let most = 0;
    const work = async <T>(result: T): Promise<T> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 2));
      running -= 1;
      return result;
    };
    const custom: PasswordHasher = { hash: () => work('h'), verify: () => work(true) };
    const busy = serviceWith(custom, passwordOptions({ hasher: custom }));
    await Promise.all([
      ...Array.from({ length: 10 }, () => busy.hash('correct horse')),
      ...Array.from({ length: 10 }, () => busy.verify('correct horse', 'h')),
      ...Array.from({ length: 10 }, () => busy.verify('correct horse', null)),
    ]);
    expect(most).toBe(2);
  });

  it('refuses with SERVICE_UNAVAILABLE and retryAfter when the queue is full', async () => {
    const options = passwordOptions({ hashing: { concurrency: 1, maxQueue: 1, maxWaitMs: 60_000 } });
    const small = serviceWith(new BcryptPasswordHasher(4, keys), options);
    await small.onModuleInit();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => small.verify('correct horse', null)),
    );
    const reasons = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
    expect(reasons).toHaveLength(3);
    for (const reason of reasons) {
      expect(reason).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfter: 1 });
    }
  });
});

/**
 * Processor time with the hash less that without one, in ms: the mean of 100 pairs, less the quarter at either end, where
 * the pairs are that something else fell on.
 */
async function meanDifference(
  hash: string,
  verify: (hash: string | null) => Promise<boolean>,
): Promise<number> {
  const differences: number[] = [];
  for (let sample = 0; sample < 100; sample += 1) {
    // Whichever comes first meets a colder cache: take turns.
    let difference = 0;
    for (const target of sample % 2 ? [hash, null] : [null, hash]) {
      difference += (target === null ? -1 : 1) * (await processorMs(() => verify(target)));
    }
    differences.push(difference);
  }
  return middleMean(differences);
}
