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
import { allFormerDead, confirmAtOnce, refreshAndChange, resetOnce } from './support/password-races';
import { Arena, LENIENT, STRICT, VERIFYING, type Rules } from './support/arena';
import { answerAtOnce, answeredOnce, guessCodesAtOnce, guessedThreeTimes } from './support/code-races';
import { allLoggedOut, refreshAndLogout, refreshAtOnce, refreshedOnce } from './support/refresh-races';
import { untilSeen } from './support/control';
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
    variant: 'rotate-by-reading-first',
    race: 'RACE-4',
    rules: STRICT,
    run: (arena, servers) => refreshAndChange(arena, servers, 20),
    good: allFormerDead,
    symptom: ({ formerTokensThatWork }) => Number(formerTokensThatWork) > 0,
  },
  {
    variant: 'reset-without-conditions',
    race: 'RACE-8',
    rules: LENIENT,
    run: confirmAtOnce,
    good: resetOnce,
    symptom: ({ successful, completed }) => Number(successful) > 1 && Number(completed) > 1,
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
  {
    variant: 'answer-by-reading-first',
    race: 'RACE-6',
    rules: VERIFYING,
    run: (arena, [server]) => answerAtOnce(arena, server),
    good: answeredOnce,
    symptom: ({ tokenSets }) => Number(tokenSets) > 1,
  },
  {
    variant: 'try-by-reading-first',
    race: 'RACE-7',
    rules: VERIFYING,
    run: (arena, [server]) => guessCodesAtOnce(arena, server),
    good: guessedThreeTimes,
    symptom: ({ lookedAt }) => Number(lookedAt) > 3,
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
        const facts = await untilSeen(() => run(arena, servers), symptom);
        expect(facts).not.toEqual(good);
        expect(symptom({ ...facts }), JSON.stringify(facts)).toBe(true);
      }, 240_000);
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
