import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostNames, type HostName } from '../hosts/arguments';
import type { HostProcess } from '../support/host-process';
import { describeEngine, type EngineName } from '../support/services';
import {
  guessAtOnce,
  guessedNoMoreThanAllowed,
  loginAtOnce,
  newestStay,
  signedUpOnce,
  signUpAtOnce,
} from './support/account-races';
import { allFormerDead, confirmAtOnce, refreshAndChange, resetOnce } from './support/password-races';
import { Arena, LENIENT, STRICT, VERIFYING } from './support/arena';
import { answerAtOnce, answeredOnce, guessCodesAtOnce, guessedThreeTimes } from './support/code-races';
import {
  allLoggedOut,
  refreshAndLogout,
  refreshAtOnce,
  refreshedAlike,
  refreshedOnce,
} from './support/refresh-races';
import { startAtOnce, tenHealthy } from './support/start-race';

/** Pool sizes, each on another host. With the largest, a second server would ask for more connections than there are. */
const setUps: readonly { poolSize: number | undefined; hosts: HostName[] }[] = [
  { poolSize: 1, hosts: ['express', 'nest-express'] },
  { poolSize: 10, hosts: ['nest-fastify', 'express'] },
  { poolSize: 100, hosts: ['fastify'] },
];

/** How often each race is run again: one good run says little. */
const repeats = Number(process.env.NAUTH_RACE_RUNS ?? 1) - 1;

for (const engine of ['postgres', 'mariadb'] as const) {
  describeEngine(engine, `races (${engine})`, () => {
    for (const { poolSize, hosts } of setUps) describeRaces(engine, poolSize, hosts);
  });
}

describeEngine('sqlite', 'races (sqlite)', () =>
  describeRaces('sqlite', undefined, ['fastify', 'nest-express']),
);

function describeRaces(engine: EngineName, poolSize: number | undefined, hosts: HostName[]): void {
  describe(`pool of ${poolSize ?? 'one shared connection'}`, { repeats }, () => {
    let arena: Arena;
    let servers: HostProcess[];
    const url = (): string => servers[0]?.url ?? '';
    beforeAll(async () => {
      arena = await Arena.open(engine, poolSize);
    });
    afterAll(() => arena.close());

    describe('without grace', () => {
      beforeAll(async () => {
        servers = await arena.start(hosts, STRICT);
      });
      afterAll(() => arena.stopServers());

      it('RACE-2: of 100 refreshes of one token one succeeds, and its token lives', async () => {
        expect(await refreshAtOnce(arena, url())).toEqual(refreshedOnce);
      });
      it('RACE-3: after 200 pairs of refresh and logout no token works', async () => {
        expect(await refreshAndLogout(arena, url())).toEqual(allLoggedOut);
      });
      it('RACE-4: after 200 changes of the password beside refreshes no token of before works', async () => {
        expect(await refreshAndChange(arena, servers)).toEqual(allFormerDead);
      }, 240_000);
      it('RACE-9: 100 sign-ups of one address make one account', async () => {
        expect(await signUpAtOnce(arena, url())).toEqual(signedUpOnce);
      });
      it(`RACE-14: of 200 wrong passwords on ${hosts.length} servers 5 are looked at`, async () => {
        expect(await guessAtOnce(arena, servers)).toEqual(guessedNoMoreThanAllowed);
      });
    });

    describe('with verification', () => {
      beforeAll(async () => {
        servers = await arena.start(hosts.slice(0, 1), VERIFYING);
      });
      afterAll(() => arena.stopServers());

      it('RACE-6: of 100 right answers to one challenge one gets tokens', async () => {
        expect(await answerAtOnce(arena, servers[0])).toEqual(answeredOnce);
      });
      it('RACE-7: of 200 wrong codes three are looked at, and the right one is refused', async () => {
        expect(await guessCodesAtOnce(arena, servers[0])).toEqual(guessedThreeTimes);
      });
    });

    describe('with a grace of 10 s', () => {
      beforeAll(async () => {
        servers = await arena.start(hosts, LENIENT);
      });
      afterAll(() => arena.stopServers());

      it('RACE-2: 100 refreshes of one token get the same successor', async () => {
        expect(await refreshAtOnce(arena, url())).toEqual(refreshedAlike);
      });
      it('RACE-8: of 100 confirmations of one reset code one succeeds, and its password logs in', async () => {
        expect(await confirmAtOnce(arena, servers)).toEqual(resetOnce);
      }, 120_000);
      it('RACE-15: of 50 logins the newest 5 stay', async () => {
        expect(await loginAtOnce(arena, url())).toEqual(newestStay);
      });
    });
  });
}

describe('RACE-16: ten servers start at once on an empty database', () => {
  for (const engine of ['sqlite', 'postgres', 'mariadb'] as const) {
    describeEngine(engine, engine, () => {
      it('makes one schema and ten that serve', async () => {
        const arena = await Arena.open(engine, 2);
        try {
          expect(await startAtOnce(arena, hostNames)).toEqual(tenHealthy);
        } finally {
          await arena.close();
        }
      }, 180_000);
    });
  }
});
