import type { HostProcess } from '../../support/host-process';
import { ask, LENIENT, PASSWORD, signUp, type Arena, type Tokens } from './arena';

const NEW = 'nine blue lakes in spring';
/** Servers that are started together. */
const AT_ONCE = 4;
/** More than any of the flows sends. */
const MOST_STATEMENTS = 80;

interface Victim {
  owner: Tokens;
  otherRefreshToken: string;
  path: string;
  json: object;
  token?: string;
}

export type KilledFlow = 'change' | 'reset';

async function makeVictim(server: HostProcess, flow: KilledFlow): Promise<Victim> {
  const owner = await signUp(server.url);
  const login = { identifier: owner.email, password: PASSWORD };
  const otherRefreshToken = String((await ask(server.url, '/auth/login', login)).body.refreshToken);
  const common = { owner, otherRefreshToken };
  if (flow === 'change') {
    const json = { oldPassword: PASSWORD, newPassword: NEW };
    return { ...common, path: '/auth/change-password', json, token: owner.accessToken };
  }
  await ask(server.url, '/auth/forgot-password', { identifier: owner.email });
  const { code } = await server.message(owner.email, (message) => message.code !== null);
  const json = { identifier: owner.email, code, newPassword: NEW };
  return { ...common, path: '/auth/forgot-password/confirm', json };
}

export interface Verdicts {
  deaths: number;
  /** The old password and the old sessions. */
  old: number;
  /** The new password, and no session of before. */
  new: number;
  /** Anything between the two, with what was seen. */
  mixed: string[];
  /** Told the client that it was done, and was not. */
  forgotten: number;
}

/**
 * KILL-3: servers that end themselves before their k-th statement while they work on a password, for every k from 1 on;
 * `survivor` says what has become of it. Ends with the first k that the work does not come to.
 */
export async function killAtEveryStatement(
  arena: Arena,
  survivor: HostProcess,
  flow: KilledFlow,
  broken?: string,
): Promise<Verdicts> {
  const verdicts: Verdicts = { deaths: 0, old: 0, new: 0, mixed: [], forgotten: 0 };
  for (let first = 1; first <= MOST_STATEMENTS; first += AT_ONCE) {
    // Only the one made on Nest can be broken on purpose.
    const hosts = Array.from({ length: AT_ONCE }, () => 'nest-express' as const);
    const servers = await arena.start(hosts, LENIENT, { broken });
    const died: boolean[] = [];
    for (const [index, server] of servers.entries()) {
      died.push(await dieBefore(first + index, server, survivor, flow, verdicts));
    }
    await Promise.all(servers.map((server) => server.kill()));
    if (!died.at(-1)) break;
  }
  return verdicts;
}

async function dieBefore(
  statement: number,
  server: HostProcess,
  survivor: HostProcess,
  flow: KilledFlow,
  verdicts: Verdicts,
): Promise<boolean> {
  const victim = await makeVictim(server, flow);
  await server.dieBefore(statement);
  const status = await ask(server.url, victim.path, victim.json, victim.token).then(
    (answer) => answer.status,
    () => 0,
  );
  // A statement of the background is counted too, so that the end may come a little after the answer.
  const died = !(await server.dieBefore(0).then(
    () => true,
    () => false,
  ));
  if (died) verdicts.deaths += 1;
  await judge(survivor, victim, status === 200, verdicts);
  return died;
}

async function judge(
  { url }: HostProcess,
  { owner, otherRefreshToken }: Victim,
  wasTold: boolean,
  verdicts: Verdicts,
): Promise<void> {
  const { email: identifier } = owner;
  const oldLogin = await ask(url, '/auth/login', { identifier, password: PASSWORD });
  const newLogin = await ask(url, '/auth/login', { identifier, password: NEW });
  const [own, other] = await Promise.all(
    [owner.refreshToken, otherRefreshToken].map((refreshToken) =>
      ask(url, '/auth/refresh', { refreshToken }),
    ),
  );
  const seen = [oldLogin, newLogin, own, other].map((answer) => answer?.status).join(' ');
  if (seen === '200 401 200 200') verdicts.old += 1;
  else if (seen === '401 200 401 401') verdicts.new += 1;
  else verdicts.mixed.push(seen);
  if (wasTold && newLogin.status !== 200) verdicts.forgotten += 1;
}
