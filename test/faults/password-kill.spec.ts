import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HostProcess } from '../support/host-process';
import { describeEngine } from '../support/services';
import { Arena, LENIENT } from '../races/support/arena';
import { killAtEveryStatement } from '../races/support/password-kill';

/** Rounds of about 25 kills for each flow and database. */
const rounds = Number(process.env.NAUTH_KILL_RUNS ?? 1);
const TIMEOUT_MS = rounds * 900_000;

/** R159: after a sudden end the old password works and the old sessions live, or the new one works and they are dead. */
for (const engine of ['postgres', 'mariadb'] as const) {
  describeEngine(engine, `KILL-3 (${engine})`, () => {
    let arena: Arena;
    let survivor: HostProcess;
    beforeAll(async () => {
      arena = await Arena.open(engine, 5);
      const [started] = await arena.start(['fastify'], LENIENT);
      if (!started) throw new Error('no server');
      survivor = started;
    });
    afterAll(() => arena.close());

    describe.each(['change', 'reset'] as const)('%s of the password', (flow) => {
      it(
        'is done or not done, never half done',
        async () => {
          for (let round = 0; round < rounds; round += 1) {
            const verdicts = await killAtEveryStatement(arena, survivor, flow);
            expect(verdicts).toMatchObject({ mixed: [], forgotten: 0 });
            // From before the first statement of the unit to after its last one.
            expect(verdicts.deaths).toBeGreaterThan(10);
            expect([verdicts.old > 3, verdicts.new > 0]).toEqual([true, true]);
          }
        },
        TIMEOUT_MS,
      );
    });

    it(
      'is seen to be half done without the unit of work',
      async () => {
        const { mixed } = await killAtEveryStatement(arena, survivor, 'change', 'without-transactions');
        expect(mixed.length).toBeGreaterThan(0);
      },
      TIMEOUT_MS,
    );
  });
}
