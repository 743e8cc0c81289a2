import { afterAll, beforeAll, expect, it } from 'vitest';
import { describeEngine } from '../support/services';
import { untilSeen } from './support/control';
import { changeAddressTwiceAtOnce, eachCodeItsOwnAddress } from './support/address-races';
import { Arena, LENIENT } from './support/arena';

const POOL_SIZE = 10;
const TIMEOUT_MS = 180_000;

for (const engine of ['postgres', 'mariadb', 'sqlite'] as const) {
  describeEngine(engine, `RACE-10 (${engine})`, () => {
    let arena: Arena;
    beforeAll(async () => {
      arena = await Arena.open(engine, POOL_SIZE);
    });
    afterAll(() => arena.close());

    it(
      'lets the code that went to an address bring in that address only, of 50 pairs at once',
      async () => {
        const [server] = await arena.start(['express'], LENIENT);
        expect(await changeAddressTwiceAtOnce(server?.url ?? '')).toEqual(eachCodeItsOwnAddress);
      },
      TIMEOUT_MS,
    );
  });
}

for (const engine of ['postgres', 'mariadb'] as const) {
  describeEngine(engine, `control of RACE-10 (${engine})`, () => {
    it(
      'is seen to fail with address-apart-from-code',
      async () => {
        const arena = await Arena.open(engine, POOL_SIZE);
        try {
          const [server] = await arena.start(['nest-express'], LENIENT, {
            broken: 'address-apart-from-code',
          });
          const facts = await untilSeen(
            () => changeAddressTwiceAtOnce(server?.url ?? ''),
            ({ mismatches }) => Number(mismatches) > 0,
          );
          expect(Number(Reflect.get(facts, 'mismatches')), JSON.stringify(facts)).toBeGreaterThan(0);
        } finally {
          await arena.close();
        }
      },
      TIMEOUT_MS,
    );
  });
}
