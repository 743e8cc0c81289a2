import { afterAll, beforeAll, expect, it } from 'vitest';
import type { HostProcess } from '../support/host-process';
import { describeEngine } from '../support/services';
import { Stage } from './support/stage';
import { Client } from './support/client';

/** More statements than any of the flows sends. */
const MOST_STATEMENTS = 60;

interface Flow {
  name: string;
  /** What is there before. */
  prepare(client: Client, server: HostProcess): Promise<void>;
  act(client: Client, server: HostProcess): Promise<unknown>;
  /** Whether the client is where it wanted to be, by way of a server that lives. */
  retry(client: Client, server: HostProcess): Promise<boolean>;
}

const flows: readonly Flow[] = [
  {
    name: 'sign-up',
    prepare: () => Promise.resolve(),
    act: (client, { url }) => client.join(url),
    retry: async (client, { url }) => {
      if (client.refreshToken === undefined) await client.join(url);
      return (await client.profile(url)).status === 200;
    },
  },
  {
    name: 'refresh',
    prepare: (client, { url }) => client.join(url),
    act: (client, { url }) => client.refresh(url),
    retry: async (client, { url }) => {
      return (await client.refresh(url)).status === 200 && (await client.profile(url)).status === 200;
    },
  },
];

describeEngine(
  'sqlite',
  'KILL-7: a process that ends before its k-th statement, for every k (sqlite)',
  () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await Stage.open('sqlite', { hosts: ['express', 'fastify'] });
    });
    afterAll(() => stage.close());

    it.each(flows)(
      'leaves nothing half done in a $name',
      async ({ prepare, act, retry }) => {
        let deaths = 0;
        for (let statement = 1; statement <= MOST_STATEMENTS; statement += 1) {
          const index = statement % 2;
          const [victim, survivor] = index === 0 ? [stage.one, stage.two] : [stage.two, stage.one];
          const client = new Client();
          await prepare(client, victim);
          await victim.dieBefore(statement);
          await act(client, victim);
          // A statement of the background may be counted, so the death may come a little after the answer.
          const died =
            !victim.isAlive ||
            !(await victim.dieBefore(0).then(
              () => true,
              () => false,
            ));
          expect([statement, await retry(client, survivor)]).toEqual([statement, true]);
          expect([statement, await stage.brokenInvariants()]).toEqual([statement, {}]);
          if (!died) break;
          deaths += 1;
          await victim.kill();
          await stage.start(index);
        }
        expect(deaths).toBeGreaterThan(3);
        expect(deaths).toBeLessThan(MOST_STATEMENTS);
        expect(
          await stage.number("SELECT COUNT(*) FROM nauth_audit_events WHERE type = 'REFRESH_REUSE'"),
        ).toBe(0);
      },
      300_000,
    );
  },
);
