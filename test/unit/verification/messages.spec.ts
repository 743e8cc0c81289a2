import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DeliveryError } from '../../../lib/notifications';
import { eventually } from '../../support/notifications';
import { borrowTestDatabase } from '../../support/database-pool';
import { type TestDatabase } from '../../support/services';
import { outcome } from '../challenges/support';
import { ADA, setUpVerification, type Verification } from './support';

/** FAULT-7: what a way out may do in place of sending. */
const FAULTS = {
  'answers 500': (): Promise<void> => Promise.reject(new DeliveryError('not-sent', 'HTTP 500')),
  throws: (): Promise<void> => Promise.reject(new Error('no such host')),
  /** Until the attempt is given up. */
  hangs: (signal: AbortSignal): Promise<void> =>
    new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('given up')))),
  'takes the message and drops the connection': (): Promise<void> =>
    Promise.reject(new DeliveryError('unknown', 'closed')),
};

describe('a sign-up whose message cannot be sent (FAULT-7)', () => {
  let database: TestDatabase;
  let on: Verification;

  beforeEach(async () => {
    database = await borrowTestDatabase('sqlite');
    on = await setUpVerification(database, { verificationMethod: 'email' });
  });
  afterEach(async () => {
    on.provider.behaviour = () => Promise.resolve();
    await on.module.close();
    await database.drop();
  });

  it.each(Object.entries(FAULTS))(
    'is answered as ever when the provider %s, and blocks no address',
    async (_, fault) => {
      const events: string[] = [];
      on.provider.behaviour = (_attempt, signal) => fault(signal).finally(() => events.push('provider'));
      const answer = await on.auth.signup(ADA).finally(() => events.push('reply'));
      expect(answer).toEqual({
        challengeName: 'VERIFY_EMAIL',
        session: expect.stringMatching(/^[\w-]{43}$/),
        challengeParameters: { email: 'a***@e***.com', codeDeliveryDestination: 'a***@e***.com' },
      });
      await eventually(() => on.provider.attempts > 0, 'an attempt');
      if (fault === FAULTS.hangs) expect(events).toEqual(['reply']);
      // It works again; the pause between two codes is over.
      on.provider.behaviour = undefined;
      on.now.offset = 60_000;
      const again = await on.auth.signup(ADA);
      const code = await on.code(ADA.email);
      const answered = await outcome(
        on.auth.respondToChallenge({ session: again.session, type: 'VERIFY_EMAIL', code }),
      );
      // Of a message that was tried again the later one has the code that holds.
      expect(['tokens', 'VERIFY_CODE_INVALID']).toContain(answered);
      const newest = await on.code(ADA.email, on.messages(ADA.email).length);
      if (answered !== 'tokens') {
        const { session } = again;
        expect(
          await outcome(on.auth.respondToChallenge({ session, type: 'VERIFY_EMAIL', code: newest })),
        ).toBe('tokens');
      }
      // Two requests were accepted: two messages at most.
      expect(on.messages(ADA.email).length).toBeLessThanOrEqual(2);
    },
  );
});
