import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostProcess } from '../support/host-process';
import { describeEngine } from '../support/services';
import {
  guessAtOnce,
  guessedNoMoreThanAllowed,
  loginAtOnce,
  newestStay,
  signedUpOnce,
  signUpAtOnce,
} from './support/account-races';
import { Arena, LENIENT, STRICT, type Rules } from './support/arena';
import { allLoggedOut, refreshAndLogout, refreshAtOnce, refreshedOnce } from './support/refresh-races';
import { startAtOnce, tenHealthy } from './support/start-race';

const POOL_SIZE = 20;

interface Control {
  variant: string;
  race: string;
  rules: Rules;
  run(arena: Arena, servers: HostProcess[]): Promise<object>;
  good: object;
  /** Facts of the outcome that the mistake, and nothing else, brings about. */
  symptom(facts: Record<string, unknown>): boolean;
}

const url = (servers: HostProcess[]): string => servers[0]?.url ?? '';

/** How often an answer came, out of a tally. */
const count = (answers: unknown, key: string): number => Number(Reflect.get(Object(answers), key) ?? 0);

const controls: readonly Control[] = [
  {
    variant: 'rotate-by-reading-first',
    race: 'RACE-2 without grace',
    rules: STRICT,
    run: (arena, servers) => refreshAtOnce(arena, url(servers)),
    good: refreshedOnce,
    symptom: ({ answers }) => count(answers, '200') > 1,
  },
  {
    variant: 'rotate-by-reading-first',
    race: 'RACE-3',
    rules: STRICT,
    run: (arena, servers) => refreshAndLogout(arena, url(servers)),
    good: allLoggedOut,
    symptom: ({ tokensThatWork, liveSessions }) => Number(tokensThatWork) > 0 && Number(liveSessions) > 0,
  },
  {
    variant: 'insert-after-looking',
    race: 'RACE-9',
    rules: STRICT,
    run: (arena, servers) => signUpAtOnce(arena, url(servers)),
    good: signedUpOnce,
    symptom: ({ users }) => Number(users) > 1,
  },
  {
    variant: 'count-by-reading-first',
    race: 'RACE-14',
    rules: STRICT,
    run: guessAtOnce,
    good: guessedNoMoreThanAllowed,
    symptom: ({ hashes }) => Number(hashes) > 5,
  },
  {
    variant: 'login-without-claim',
    race: 'RACE-15',
    rules: LENIENT,
    run: (arena, servers) => loginAtOnce(arena, url(servers)),
    good: newestStay,
    // Where statements lock what they read, logins that do not queue run into each other instead.
    symptom: ({ liveSessions, answers }) =>
      Number(liveSessions) > 5 || count(answers, '503 SERVICE_UNAVAILABLE') > 0,
  },
];

/** Every race, run once against a server with a known mistake: there it must not come out as it should. */
for (const engine of ['postgres', 'mariadb'] as const) {
  describeEngine(engine, `controls of the races (${engine})`, () => {
    describe.each(controls)('$race with $variant', ({ variant, rules, run, good, symptom }) => {
      let arena: Arena;
      let servers: HostProcess[];
      beforeAll(async () => {
        arena = await Arena.open(engine, POOL_SIZE);
        servers = await arena.start(['nest-express'], rules, { broken: variant });
      });
      afterAll(() => arena.close());

      it('is seen to fail', async () => {
        const facts = await run(arena, servers);
        expect(facts).not.toEqual(good);
        expect(symptom({ ...facts }), JSON.stringify(facts)).toBe(true);
      });
    });

    it('RACE-16 with migration-lock is seen to fail', async () => {
      const arena = await Arena.open(engine, 2);
      try {
        const facts = await startAtOnce(arena, ['nest-express'], 'migration-lock');
        expect(facts).not.toEqual(tenHealthy);
        expect(facts).toEqual({ failed: expect.stringMatching(/already exists|duplicate/i) });
      } finally {
        await arena.close();
      }
    }, 180_000);
  });
}
