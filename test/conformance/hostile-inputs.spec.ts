import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostNames, type HostName } from '../hosts/arguments';
import { serverFile } from '../e2e/support/server-file';
import { startHost, type HostProcess } from '../support/host-process';
import { createTestDatabase, type TestDatabase } from '../support/services';
import { problemsOf } from './check-answer';
import { hostileCases, isLogin, lacksRoute, type HostileCase } from './hostile-case';
import { buildRequest } from './hostile-request';
import { exchange, type RawAnswer } from './raw-exchange';
import { Victim } from './victim';

type Delivery = 'json' | 'cookies';

/** Cases whose outcome depends on checking Origin, which cookie delivery always does. */
const NEED_ORIGIN_CHECK = ['K11', 'K13', 'K14'];

/** Of challenges, forgotten passwords and social login. A version that adds routes changes this number. */
const LACKING_CASES = 36;

/** Where a case can be run: its victim may be signed in one way only. */
function deliveriesOf({ pre, repeat }: HostileCase): Delivery[] {
  // Those that are repeated are about counters, which know nothing of delivery.
  if (pre === 'loggedInA' || repeat !== undefined) return ['json'];
  return pre === 'loggedInA-cookie' ? ['cookies'] : ['json', 'cookies'];
}

describe.each(hostNames)('hostile inputs on %s', (host) => {
  for (const delivery of ['json', 'cookies'] as const) describeDelivery(host, delivery);
});

it('says how many cases wait for routes that this version lacks', () => {
  expect(hostileCases.filter(lacksRoute).length).toBe(LACKING_CASES);
});

function describeDelivery(host: HostName, delivery: Delivery): void {
  describe(delivery, () => {
    let server: HostProcess;
    let database: TestDatabase;
    let victim: Victim;
    beforeAll(async () => {
      database = await createTestDatabase('sqlite');
      server = await startHost(host, serverFile(database.options, delivery));
      victim = await Victim.signUp(server.url, delivery === 'json' ? 'native' : 'browser');
    });
    afterAll(async () => {
      victim.close();
      await server.stop();
      await database.drop();
    });

    for (const hostile of hostileCases.filter((one) => deliveriesOf(one).includes(delivery))) {
      const title = `${hostile.id} ${hostile.title}${lacksRoute(hostile) ? ' (no such route yet)' : ''}`;
      it(title, () => run(hostile, delivery, server, victim, false));
      // The file calls the name of an account `email`; here it is `identifier`, and the case has to get past that.
      if (isLogin(hostile)) it(`${title}, as identifier`, () => run(hostile, delivery, server, victim, true));
    }

    it('runs in the same process and has reported nothing', () => {
      expect(server.errors).toBe('');
      expect(server.isAlive).toBe(true);
    });
  });
}

async function run(
  hostile: HostileCase,
  delivery: Delivery,
  server: HostProcess,
  victim: Victim,
  renameIdentifier: boolean,
): Promise<void> {
  const placeholders = await victim.placeholders();
  const { host } = new URL(server.url);
  const served = !lacksRoute(hostile);
  const status = allowedStatus(hostile, delivery, renameIdentifier);
  let last = 0;
  for (let index = 0; index < (hostile.repeat ?? 1); index += 1) {
    const bytes = buildRequest(hostile, { host, placeholders, index, renameIdentifier });
    const answer = await answerTo(hostile, server.url, bytes);
    expect(problemsOf(hostile, answer, { status, served }), answer.text.slice(0, 300)).toEqual([]);
    last = answer.status;
  }
  const { lastStatus } = hostile.expect;
  if (served && lastStatus && (renameIdentifier || !isLogin(hostile))) expect(lastStatus).toContain(last);
  // Nothing here may end the session of the victim, and the server answers as before.
  expect([server.isAlive, await victim.isSignedIn()]).toEqual([true, true]);
}

/**
 * A raw request is followed by the end of the client's half. Node closes such a connection unless the answer is already
 * there; then the answer to the same bytes without that end is the one to judge.
 */
async function answerTo(hostile: HostileCase, url: string, bytes: Buffer): Promise<RawAnswer> {
  if (hostile.raw === undefined) return exchange(url, bytes, false);
  const answer = await exchange(url, bytes, true);
  return answer.status === 0 && !hostile.expect.allowNoResponse ? exchange(url, bytes, false) : answer;
}

function allowedStatus(hostile: HostileCase, delivery: Delivery, renameIdentifier: boolean): number[] {
  if (delivery === 'cookies' && NEED_ORIGIN_CHECK.includes(hostile.id)) return [403];
  const { status } = hostile.expect;
  // Some hosts read bodies before they look for a route.
  if (lacksRoute(hostile)) return [404, ...status.filter((code) => code >= 400)];
  // A field that the route does not know is refused before anything else.
  return isLogin(hostile) && !renameIdentifier ? [...status, 400] : status;
}
