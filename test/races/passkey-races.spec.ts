import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeEngine } from '../support/services';
import { untilSeen } from './support/control';
import { Arena, LENIENT } from './support/arena';
import {
  assertAtOnce,
  assertedOnce,
  claimAtOnce,
  claimedOnce,
  registerAtOnce,
  registeredOnce,
} from './support/passkey-races';

for (const engine of ['postgres', 'mariadb'] as const) {
  describeEngine(engine, `passkeys at once (${engine})`, () => {
    describe('as they are', () => {
      let arena: Arena;
      let url: string;
      beforeAll(async () => {
        arena = await Arena.open(engine, 10);
        url = (await arena.start(['fastify'], LENIENT))[0]?.url ?? '';
      });
      afterAll(() => arena.close());

      it('RACE-13: of 50 copies of one assertion one signs in', async () => {
        expect(await assertAtOnce(arena, url)).toEqual(assertedOnce);
      });
      it('RACE-13: 20 copies of one registration make one passkey', async () => {
        expect(await registerAtOnce(arena, url)).toEqual(registeredOnce);
      });
      it('of 20 accounts that claim one credential at once one gets it (R098)', async () => {
        expect(await claimAtOnce(arena, url)).toEqual(claimedOnce);
      });
    });

    describe.each([
      ['challenge-by-reading-first', assertAtOnce, 'sessions', assertedOnce.sessions],
      ['passkey-after-looking', claimAtOnce, 'passkeys', claimedOnce.passkeys],
    ] as const)('with %s', (broken, race, symptom, good) => {
      it('more than one is seen to succeed', async () => {
        const arena = await Arena.open(engine, 10);
        try {
          const [server] = await arena.start(['nest-express'], LENIENT, { broken });
          const facts = await untilSeen(
            () => race(arena, server?.url ?? ''),
            (found) => Number(found[symptom]) > good,
          );
          expect(Number(Reflect.get(facts, symptom)), JSON.stringify(facts)).toBeGreaterThan(good);
        } finally {
          await arena.close();
        }
      }, 240_000);
    });
  });
}
