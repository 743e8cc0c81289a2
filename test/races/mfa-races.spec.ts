import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeEngine } from '../support/services';
import { untilSeen } from './support/control';
import { Arena, LENIENT } from './support/arena';
import {
  oneStays,
  removeBothAtOnce,
  showAppAtOnce,
  shownOnce,
  useBackupCodeAtOnce,
  usedOnce,
} from './support/mfa-races';

const MFA = { enabled: true, enforcement: 'REQUIRED' } as const;

interface Race {
  name: string;
  run(arena: Arena, urls: readonly string[]): Promise<object>;
  good: object;
  /** The same race with a known mistake: how it comes out then. */
  broken: string;
  symptom(facts: Record<string, unknown>): boolean;
}

const races: readonly Race[] = [
  {
    name: 'RACE-1: of 40 uses of one backup code one succeeds',
    run: useBackupCodeAtOnce,
    good: usedOnce,
    broken: 'use-codes-by-reading-first',
    symptom: ({ successes }) => Number(successes) > 1,
  },
  {
    name: 'RACE-5: of 40 uses of one code of an app one succeeds',
    run: showAppAtOnce,
    good: shownOnce,
    broken: 'use-codes-by-reading-first',
    symptom: ({ successes }) => Number(successes) > 1,
  },
  {
    name: 'RACE-11: of two last factors one stays',
    run: removeBothAtOnce,
    good: oneStays,
    broken: 'remove-by-counting-first',
    symptom: ({ without }) => Number(without) > 0,
  },
];

for (const engine of ['postgres', 'mariadb'] as const) {
  describeEngine(engine, `races of second factors (${engine})`, () => {
    let arena: Arena;
    beforeAll(async () => void (arena = await Arena.open(engine, 20)));
    afterAll(() => arena.close());

    describe('on two servers', () => {
      let urls: string[];
      beforeAll(async () => {
        const servers = await arena.start(['fastify', 'express'], LENIENT, {}, { mfa: MFA });
        urls = servers.map(({ url }) => url);
      });
      afterAll(() => arena.stopServers());

      it.each(races)('$name', async ({ run, good }) => {
        expect(await run(arena, urls)).toEqual(good);
      });
    });

    describe.each([...new Set(races.map(({ broken }) => broken))])('with the mistake %s', (mistake) => {
      let urls: string[];
      beforeAll(async () => {
        const change = { broken: mistake };
        // Two, because one server lets the answers of an account wait for each other.
        const servers = await arena.start(['nest-express', 'nest-fastify'], LENIENT, change, { mfa: MFA });
        urls = servers.map(({ url }) => url);
      });
      afterAll(() => arena.stopServers());

      const seen = races.filter(({ broken }) => broken === mistake);
      it.each(seen)(
        '$name: not so',
        async ({ run, good, symptom }) => {
          const facts = await untilSeen(() => run(arena, urls), symptom);
          expect(facts).not.toEqual(good);
          expect([facts, symptom({ ...facts })]).toEqual([facts, true]);
        },
        240_000,
      );
    });
  });
}
