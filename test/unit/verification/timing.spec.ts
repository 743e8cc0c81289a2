import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PasswordHasher } from '../../../lib/password';
import { borrowTestDatabase } from '../../support/database-pool';
import { type TestDatabase } from '../../support/services';
import { outcome } from '../challenges/support';
import { ADA, setUpVerification, type Verification } from './support';

const FLOOR_MS = 100;

/** Costs nothing, and counts: what differs in time is then not the hash, and that there is one is counted. */
class CountingHasher implements PasswordHasher {
  count = 0;

  hash(password: string): Promise<string> {
    this.count += 1;
    return Promise.resolve(`fixed$${password}`);
  }

  verify(password: string, hash: string): Promise<boolean> {
    this.count += 1;
    return Promise.resolve(hash === `fixed$${password}`);
  }
}

/** The time of one hash is that of password.service.spec (TIME-1). */
describe('the time of an answer tells nothing (R014, R015)', () => {
  let database: TestDatabase;
  let on: Verification;
  let hasher: CountingHasher;

  beforeEach(async () => {
    database = await borrowTestDatabase('sqlite');
    hasher = new CountingHasher();
    on = await setUpVerification(
      database,
      { verificationMethod: 'email', emailVerification: { resendDelay: 1 } },
      {
        password: { hasher },
        lockout: { enabled: false },
        rateLimits: {
          login: { network: false, flood: false },
          signup: { network: false },
          messages: {
            email: { recipient: false, account: false, network: false, all: false },
            sms: { recipient: false, account: false, network: false, all: false },
          },
        },
      },
    );
  });
  afterEach(async () => {
    await on.module.close();
    await database.drop();
  });

  /** Hashes that one answer costs, and how long it took. */
  async function cost(work: () => Promise<unknown>): Promise<{ hashes: number; ms: number }> {
    hasher.count = 0;
    const began = performance.now();
    await work();
    return { hashes: hasher.count, ms: performance.now() - began };
  }

  it('of a login: one hash for a known name, an unknown one, and a disabled account', async () => {
    await on.auth.signup(ADA);
    await on.auth.signup({ ...ADA, email: 'disabled@example.com' });
    await on.sql("UPDATE nauth_users SET is_active = 0 WHERE email = 'disabled@example.com'");
    for (const identifier of [ADA.email, 'nobody@example.com', 'disabled@example.com']) {
      const login = () => outcome(on.auth.login({ identifier, password: 'not-the-password-9' }));
      expect((await cost(login)).hashes).toBe(1);
    }
  });

  it('of a sign-up: one hash, and behind the same floor, for a free address, a begun and a taken one', async () => {
    await on.auth.signup({ ...ADA, email: 'begun@example.com' });
    const { session } = await on.auth.signup(ADA);
    const code = await on.code(ADA.email);
    await on.auth.respondToChallenge({ session, type: 'VERIFY_EMAIL', code });
    for (const email of ['free@example.com', 'begun@example.com', ADA.email]) {
      const { hashes, ms } = await cost(() => on.auth.signup({ ...ADA, email }));
      expect(hashes).toBe(1);
      // Timers may be a millisecond early.
      expect(ms).toBeGreaterThanOrEqual(FLOOR_MS - 2);
    }
  });
});
