import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { hostNames, type HostName } from '../hosts/arguments';
import type { OutboxMessage } from '../hosts/outbox';
import { serverFile } from '../e2e/support/server-file';
import type { Visitor } from '../e2e/support/visitor';
import { startHost, type HostProcess } from '../support/host-process';
import { createTestDatabase, type TestDatabase } from '../support/services';
import { problemsOf } from './check-answer';
import { hostileCases, isAboutChallenge, lacksRoute, namesAccount, type HostileCase } from './hostile-case';
import { buildRequest, type Placeholders } from './hostile-request';
import { challengeKinds, OpenChallenge, type ChallengeKind } from './open-challenge';
import { exchange, type RawAnswer } from './raw-exchange';
import { Victim } from './victim';

type Delivery = 'json' | 'cookies';

/** Cases whose outcome depends on checking Origin, which cookie delivery always does. */
const NEED_ORIGIN_CHECK = ['K11', 'K13', 'K14'];

/** No address, but a name that nobody has may look like this, and is answered like every other one (R016). */
const NAMES_NOBODY = ['S10'];

/** Bytes: more than a socket takes at once, so that some are on their way when the server closes. */
const LARGE_BODY = 100_000;

/** Of social login. A version that adds routes changes this number. */
const LACKING_CASES = 8;

/** Where a case can be run: its victim may be signed in one way only. */
function deliveriesOf({ pre, repeat }: HostileCase): Delivery[] {
  // Those that are repeated are about counters, which know nothing of delivery.
  if (pre === 'loggedInA' || repeat !== undefined) return ['json'];
  return pre === 'loggedInA-cookie' ? ['cookies'] : ['json', 'cookies'];
}

function styleOf(delivery: Delivery): Visitor['style'] {
  return delivery === 'json' ? 'native' : 'browser';
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
      victim = await Victim.signUp(server.url, styleOf(delivery));
    });
    afterAll(async () => {
      victim.close();
      await server.stop();
      await database.drop();
    });

    for (const hostile of hostileCases.filter((one) => deliveriesOf(one).includes(delivery))) {
      const title = `${hostile.id} ${hostile.title}${lacksRoute(hostile) ? ' (no such route yet)' : ''}`;
      const site = (): Site => ({ delivery, server, victim });
      if (isAboutChallenge(hostile)) {
        it.each(challengeKinds)(`${title}, at %s`, (kind) => runAtChallenge(hostile, site(), kind));
      } else {
        it(title, () => run(hostile, site()));
      }
      // The file calls the name of an account `email`; here it is `identifier`, and the case has to get past that.
      if (namesAccount(hostile))
        it(`${title}, as identifier`, () => run(hostile, site(), { renameIdentifier: true }));
    }

    it('runs in the same process and has reported nothing', () => {
      expect(server.errors).toBe('');
      expect(server.isAlive).toBe(true);
    });

    it('has sent no message to an attacker', async () => {
      const messages: unknown = await (await fetch(`${server.url}/__outbox`)).json();
      const recipients = (messages as OutboxMessage[]).map(({ to }) => to);
      expect(recipients).toContain(victim.email);
      expect(recipients.filter((to) => to.includes('evil'))).toEqual([]);
    });
  });
}

interface Site {
  delivery: Delivery;
  server: HostProcess;
  victim: Victim;
}

interface RunOptions {
  renameIdentifier?: boolean;
  /** In place of what the victim has. */
  placeholders?: Placeholders;
}

/** The challenge is none the worse for it: its owner answers it then. */
async function runAtChallenge(hostile: HostileCase, site: Site, kind: ChallengeKind): Promise<void> {
  const style = styleOf(site.delivery);
  const challenge = await OpenChallenge.open(site.server.url, style, kind);
  onTestFinished(() => challenge.close());
  await run(hostile, site, { placeholders: { challengeA: () => challenge.session } });
  expect(await challenge.settle()).toBe(200);
}

async function run(
  hostile: HostileCase,
  { delivery, server, victim }: Site,
  { renameIdentifier = false, placeholders: given = {} }: RunOptions = {},
): Promise<void> {
  const placeholders = { ...(await victim.placeholders()), ...given };
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
  if (served && lastStatus && (renameIdentifier || !namesAccount(hostile)))
    expect(lastStatus).toContain(last);
  // Nothing here may end the session of the victim, and the server answers as before.
  expect([server.isAlive, await victim.isSignedIn()]).toEqual([true, true]);
}

/**
 * A raw request is followed by the end of the client's half. Node closes such a connection unless the answer is already
 * there; then the answer to the same bytes without that end is the one to judge.
 */
async function answerTo(hostile: HostileCase, url: string, bytes: Buffer): Promise<RawAnswer> {
  if (hostile.raw === undefined) return answerToBody(url, bytes);
  const answer = await exchange(url, bytes, true);
  return answer.status === 0 && !hostile.expect.allowNoResponse ? exchange(url, bytes, false) : answer;
}

/**
 * A server that refuses a body for its length closes without having read it, and the reset may overtake the answer
 * (RFC 9112 section 9.6). One that never answers such a body is still found.
 */
async function answerToBody(url: string, bytes: Buffer): Promise<RawAnswer> {
  let answer = await exchange(url, bytes, false);
  for (let more = 4; more > 0 && answer.status === 0 && bytes.length > LARGE_BODY; more -= 1)
    answer = await exchange(url, bytes, false);
  return answer;
}

function allowedStatus(hostile: HostileCase, delivery: Delivery, renameIdentifier: boolean): number[] {
  if (delivery === 'cookies' && NEED_ORIGIN_CHECK.includes(hostile.id)) return [403];
  const { status } = hostile.expect;
  // Some hosts read bodies before they look for a route.
  if (lacksRoute(hostile)) return [404, ...status.filter((code) => code >= 400)];
  if (renameIdentifier && NAMES_NOBODY.includes(hostile.id)) return [200];
  // A field that the route does not know is refused before anything else.
  return namesAccount(hostile) && !renameIdentifier ? [...status, 400] : status;
}
