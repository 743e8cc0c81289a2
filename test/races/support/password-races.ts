import { setTimeout as sleep } from 'node:timers/promises';
import type { HostProcess } from '../../support/host-process';
import { REVOCATION_MS } from '../../support/revocation';
import { ask, PASSWORD, signUp, type Arena } from './arena';
import { fireTogether, tally } from './gate';

const PAIRS = 200;
/** Accounts whose passwords are changed at the same time, each one again and again. */
const ACCOUNTS = 10;
const TRIES_AT_ONCE = 40;
const CONFIRMS = 100;
const NEW = 'nine blue lakes in spring';

interface TokenPair {
  accessToken?: unknown;
  refreshToken?: unknown;
}

interface Facts {
  /** Statuses of everything that was asked. */
  statuses: number[];
  changed: number;
  /** The newest pair of each session of before each change. */
  former: TokenPair[];
}

/**
 * RACE-4: the password is changed while both sessions of the user are refreshed, at this server and at another one. They
 * are refreshed again and again until the change has answered, so that a refresh is under way at the moment when the
 * sessions end. The session that a change gives is one of those of the next; one wait is enough for all pairs.
 */
export async function refreshAndChange(
  arena: Arena,
  servers: readonly HostProcess[],
  pairs = PAIRS,
): Promise<object> {
  const [here = '', there = here] = servers.map(({ url }) => url);
  const facts: Facts = { statuses: [], changed: 0, former: [] };
  const accounts = Array.from({ length: ACCOUNTS }, async () => {
    const { email, ...first } = await signUp(here);
    let own: TokenPair = first;
    for (let turn = 0; turn < pairs / ACCOUNTS; turn += 1) {
      const oldPassword = passwordOf(turn);
      const { body: other } = await ask(here, '/auth/login', { identifier: email, password: oldPassword });
      const passwords = { oldPassword, newPassword: passwordOf(turn + 1) };
      own = await changeBesideRefreshes(passwords, own, other, { here, there }, facts);
    }
    return own;
  });
  const newest = await Promise.all(accounts);
  await sleep(REVOCATION_MS);
  return {
    changed: facts.changed,
    serverErrors: facts.statuses.filter((status) => status >= 500).length,
    formerTokensThatWork: await thatWork(facts.former, [here, there]),
    newTokensLost: 2 * ACCOUNTS - (await thatWork(newest, [here])),
  };
}

function passwordOf(turn: number): string {
  return turn === 0 ? PASSWORD : `${NEW} ${turn}`;
}

/** The pair that the change gives. */
async function changeBesideRefreshes(
  passwords: { oldPassword: string; newPassword: string },
  own: TokenPair,
  other: TokenPair,
  { here, there }: { here: string; there: string },
  facts: Facts,
): Promise<TokenPair> {
  let isOver = false;
  const change = async (): Promise<TokenPair> => {
    const { status, body } = await ask(here, '/auth/change-password', passwords, String(own.accessToken));
    isOver = true;
    facts.statuses.push(status);
    if (body.success === true) facts.changed += 1;
    return body;
  };
  const refreshOnAndOn = async (first: TokenPair): Promise<void> => {
    let newest = first;
    for (let isLast = false; !isLast;) {
      isLast = isOver;
      const { refreshToken } = newest;
      const { status, body } = await ask(there, '/auth/refresh', { refreshToken });
      facts.statuses.push(status);
      if (status !== 200) break;
      newest = body;
    }
    facts.former.push(newest);
  };
  const [given] = await Promise.all([change(), refreshOnAndOn(other), refreshOnAndOn(own)]);
  return given;
}

/** How many of these access and refresh tokens are taken. */
async function thatWork(tokens: readonly TokenPair[], urls: readonly string[]): Promise<number> {
  const tries = tokens.flatMap(({ accessToken, refreshToken }, index) => {
    const url = urls[index % urls.length] ?? '';
    return [
      () => ask(url, '/auth/profile', undefined, String(accessToken)),
      () => ask(url, '/auth/refresh', { refreshToken }),
    ];
  });
  let working = 0;
  for (let done = 0; done < tries.length; done += TRIES_AT_ONCE) {
    const answers = await Promise.all(tries.slice(done, done + TRIES_AT_ONCE).map((attempt) => attempt()));
    working += answers.filter(({ status }) => status !== 401).length;
  }
  return working;
}

export const allFormerDead = { changed: PAIRS, serverErrors: 0, formerTokensThatWork: 0, newTokensLost: 0 };

/** RACE-8: one reset code, confirmed with a hundred passwords at once, over all servers in turn. */
export async function confirmAtOnce(arena: Arena, servers: readonly HostProcess[]): Promise<object> {
  const [server] = servers;
  if (!server) throw new Error('no server');
  const owner = await signUp(server.url);
  await ask(server.url, '/auth/forgot-password', { identifier: owner.email });
  const { link } = await server.message(owner.email, (message) => message.link !== null);
  // The form for links has no number of tries: all hundred are found right and go on to the end.
  const code = new URLSearchParams(new URL(link ?? '').hash.slice(1)).get('code');
  const passwords = Array.from({ length: CONFIRMS }, (_, index) => `${NEW} ${index}`);
  const answers = await fireTogether(
    passwords.map((newPassword, index) => ({
      url: servers[index % servers.length]?.url ?? '',
      path: '/auth/forgot-password/confirm',
      json: { identifier: owner.email, code, newPassword },
    })),
  );
  const works: number[] = [];
  for (const [index, password] of passwords.entries()) {
    const login = await ask(server.url, '/auth/login', { identifier: owner.email, password });
    if (login.status === 200) works.push(index);
  }
  return {
    answers: tally(answers),
    successful: answers.flatMap(({ status }, index) => (status === 200 ? [index] : [])).length,
    logsIn: works.length,
    isTheSame: works.every((index) => answers[index]?.status === 200),
    credentials: await arena.number(
      `SELECT COUNT(*) AS n FROM nauth_password_credentials WHERE user_id = '${owner.sub}'`,
    ),
    completed: await arena.number(
      `SELECT COUNT(*) AS n FROM nauth_audit_events WHERE type = 'PASSWORD_RESET_COMPLETED' AND status = 'SUCCESS' ` +
        `AND user_id = '${owner.sub}'`,
    ),
  };
}

export const resetOnce = {
  answers: { '200': 1, '400 PASSWORD_RESET_CODE_INVALID': CONFIRMS - 1 },
  successful: 1,
  logsIn: 1,
  isTheSame: true,
  credentials: 1,
  completed: 1,
};
