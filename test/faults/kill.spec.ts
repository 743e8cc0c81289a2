import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { HostName } from '../hosts/arguments';
import { describeEngine } from '../support/services';
import { inTurns } from './support/in-turns';
import { Stage } from './support/stage';
import { Client } from './support/client';

/** As many as a release asks for: NAUTH_KILL_RUNS=500. */
const RUNS = Number(process.env.NAUTH_KILL_RUNS ?? 25);
const CONTROL_RUNS = 6;
/** From the moment that requests start, in milliseconds. */
const LATEST_KILL_MS = 300;
const IN_FLIGHT = 20;
const SESSIONS = 200;
const CONTROL_SESSIONS = 40;
const AT_ONCE = 8;
const SECRET = 'faults-refresh-Hd5Gf0Jp7w2RZq8Xv4Tn8Ls3Mb6Yc1';

const setUps = [
  ['postgres', ['express', 'nest-fastify']],
  ['mariadb', ['nest-express', 'fastify']],
] as const satisfies ['postgres' | 'mariadb', HostName[]][];

interface Outcome {
  /** Addresses that could neither sign up nor log in afterwards. */
  strandedAddresses: number;
  /** Sessions whose client was signed out although it sent the last token that it holds. */
  lostSessions: number;
  reuseAlarms: number;
  brokenInvariants: Record<string, number>;
}

const harmless: Outcome = { strandedAddresses: 0, lostSessions: 0, reuseAlarms: 0, brokenInvariants: {} };

/** KILL-1 and KILL-2 at once: sign-ups and refreshes in flight on a process that is killed; the other one goes on. */
async function killRuns(stage: Stage, runs: number, broken?: string): Promise<Outcome & { cutOff: number }> {
  const count = broken === undefined ? SESSIONS : CONTROL_SESSIONS;
  const sessions = Array.from({ length: count }, () => new Client());
  await inTurns(sessions, AT_ONCE, (client) => client.join(stage.one.url));
  let strandedAddresses = 0;
  let lostSessions = 0;
  let cutOff = 0;
  let restarted: Promise<unknown> = Promise.resolve();
  for (let run = 0; run < runs; run += 1) {
    const index = run % 2;
    const [victim, survivor] = index === 0 ? [stage.one, stage.two] : [stage.two, stage.one];
    const joining = Array.from({ length: IN_FLIGHT }, () => new Client());
    const refreshing = Array.from(
      { length: IN_FLIGHT },
      (_, offset) => sessions[(run * IN_FLIGHT + offset) % count] ?? new Client(),
    );
    let isOver = false;
    const requests = [
      ...joining.map((client) => client.join(victim.url)),
      ...refreshing.map(async (client) => {
        while (!isOver) if ((await client.refresh(victim.url)).status === 0) cutOff += 1;
      }),
    ];
    await sleep(randomInt(LATEST_KILL_MS));
    isOver = true;
    await victim.kill();
    await Promise.all(requests);
    cutOff += joining.filter(({ refreshToken }) => refreshToken === undefined).length;
    restarted = stage.start(index, { broken });
    await inTurns(joining, AT_ONCE, async (client) => {
      if (client.refreshToken === undefined) await client.join(survivor.url);
      if (client.refreshToken === undefined) strandedAddresses += 1;
    });
    await inTurns(refreshing, AT_ONCE, async (client) => {
      if ((await client.refresh(survivor.url)).status !== 200) lostSessions += 1;
    });
    await restarted;
  }
  return {
    strandedAddresses,
    lostSessions,
    cutOff,
    reuseAlarms: await stage.number("SELECT COUNT(*) FROM nauth_audit_events WHERE type = 'REFRESH_REUSE'"),
    brokenInvariants: await stage.brokenInvariants(),
  };
}

for (const [engine, hosts] of setUps) {
  describeEngine(engine, `killed in the middle of sign-ups and refreshes (${engine})`, () => {
    async function outcomeOf(runs: number, on: readonly HostName[], broken?: string) {
      const stage = await Stage.open(engine, {
        hosts: on,
        file: { jwt: { accessToken: {}, refreshToken: { graceSeconds: 60, secret: SECRET } } },
        broken,
      });
      try {
        return await killRuns(stage, runs, broken);
      } finally {
        await stage.close();
      }
    }

    it(`KILL-1 and KILL-2: ${RUNS} times, on ${hosts.join(' and ')} (R157, R158)`, async () => {
      const { cutOff, ...outcome } = await outcomeOf(RUNS, hosts);
      expect(outcome).toEqual(harmless);
      // Otherwise nothing has been tested.
      expect(cutOff).toBeGreaterThan(RUNS);
    }, 1_800_000);

    it('is seen to fail where statements are committed one by one', async () => {
      const { brokenInvariants } = await outcomeOf(
        CONTROL_RUNS,
        ['nest-express', 'nest-fastify'],
        'without-transactions',
      );
      expect(Object.keys(brokenInvariants)).not.toEqual([]);
    }, 600_000);
  });
}
