import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Database } from '../../../lib/persistence';
import { borrowTestDatabase } from '../../support/database-pool';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import { Client, member, outcome, PASSWORD, withApp, world, type World } from './support';

/** They queue: so few that the last one is in time on a busy machine too. */
const SIGN_INS = 5;
const STEP_UPS = 3;

const counted = new AsyncLocalStorage<{ repeats: number }>();

/** Runs `works` at the same time: how they ended, and how many units of work had to be run again. */
async function together(works: readonly (() => Promise<object>)[]): Promise<[string[], number]> {
  const count = { repeats: 0 };
  const outcomes = await counted.run(count, () => Promise.all(works.map((work) => outcome(work()))));
  return [outcomes, count.repeats];
}

/** Counts the calls of each unit beyond its first. */
function countRepeats(): void {
  const run = Reflect.get(Database.prototype, 'run');
  vi.spyOn(Database.prototype, 'run').mockImplementation(function (
    this: Database,
    work: () => Promise<unknown>,
  ): Promise<unknown> {
    const count = counted.getStore();
    let isFirst = true;
    const watched = (): Promise<unknown> => {
      if (count && !isFirst) count.repeats += 1;
      isFirst = false;
      return work();
    };
    return Reflect.apply(run, this, [watched]);
  });
}

async function owner(here: World): Promise<{ who: Client; codes: string[] }> {
  const who = await member(here);
  await withApp(here, who);
  const { codes } = await who.as(() => here.core.mfaService.generateBackupCodes());
  return { who, codes };
}

const repeat = <T>(times: number, make: (index: number) => T): T[] =>
  Array.from({ length: times }, (_, index) => make(index));

describeEachEngine('sign-ins of one account at the same moment', (engine) => {
  let database: TestDatabase;
  beforeEach(async () => {
    database = await borrowTestDatabase(engine, SIGN_INS + STEP_UPS);
    countRepeats();
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await database.drop();
  });

  describe('are none of them undone', () => {
    it('when they open challenges, and when they finish them', async () => {
      const here = await world(database);
      const { who, codes } = await owner(here);
      const clients = repeat(SIGN_INS, () => new Client(here.core, who.email));
      const sessions: string[] = [];
      const begin = (client: Client) => async () => {
        const answer = await client.login();
        sessions.push(answer.session ?? '');
        return answer;
      };
      const begun = await together(clients.map(begin));
      const finish = (client: Client, index: number) => () =>
        client.respond(sessions[index], { method: 'backup', code: codes[index] });
      const finished = await together(clients.map(finish));
      expect({ begun, finished }).toEqual({
        begun: [repeat(SIGN_INS, () => 'MFA_REQUIRED'), 0],
        finished: [repeat(SIGN_INS, () => 'tokens'), 0],
      });
    });

    it('when sessions of the account are proved once more meanwhile', async () => {
      const here = await world(database, {}, { session: { maxConcurrent: 5 } });
      const { who, codes } = await owner(here);
      const signedIn = repeat(STEP_UPS, () => new Client(here.core, who.email));
      for (const client of signedIn) {
        const { session } = await client.login();
        await client.respond(session, { method: 'backup', code: codes.pop() });
      }
      const arriving = repeat(STEP_UPS, () => new Client(here.core, who.email));
      const sessions: (string | undefined)[] = [];
      for (const client of arriving) sessions.push((await client.login()).session);
      const stepUp = (client: Client) => () => {
        const answer = { password: PASSWORD, method: 'backup', code: codes.pop() };
        return client.as(() => here.core.authService.stepUp(answer));
      };
      const finish = (client: Client, index: number) => () =>
        client.respond(sessions[index], { method: 'backup', code: codes.pop() });
      const [outcomes, repeats] = await together([...signedIn.map(stepUp), ...arriving.map(finish)]);
      // Some sessions may be over the limit by the time that they are proved.
      expect(outcomes.filter((one) => !/^(tokens|AUTH_SESSION_NOT_FOUND)$/.test(one))).toEqual([]);
      expect(repeats).toBe(0);
    });
  });
});
