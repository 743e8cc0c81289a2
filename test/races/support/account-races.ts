import { ask, freshEmail, PASSWORD, signUp, type Arena } from './arena';
import { fireTogether, tally } from './gate';
import type { HostProcess } from '../../support/host-process';

const SIGNUPS = 100;
const LOGINS = 50;
const WRONG_PASSWORDS = 200;
const MAX_SESSIONS = 5;
const MAX_ATTEMPTS = 5;

/** Ten ways to write one address: in upper and lower case, with letters of full width, and with a sign that folds. */
function spellings(email: string): string[] {
  const [local = '', domain = ''] = email.split('@');
  const wide = local.replace(/[a-z]/g, (letter) => String.fromCodePoint(letter.charCodeAt(0) + 0xfee0));
  const domains = [domain, 'exAmple.com', 'Example.com', 'eXample.Com', 'EXAMPLE.com'];
  return [local, local.toUpperCase(), wide, wide.toUpperCase(), local.replace('r', 'R')].flatMap(
    (name, index) => [`${name}@${domains[index] ?? domain}`, `${name}@${domain.toUpperCase()}`],
  );
}

/** RACE-9: one address, signed up a hundred times at once in ten spellings. */
export async function signUpAtOnce(arena: Arena, url: string): Promise<object> {
  const email = freshEmail();
  const written = spellings(email);
  const answers = await fireTogether(
    Array.from({ length: SIGNUPS }, (_, index) => ({
      url,
      path: '/auth/signup',
      json: { email: written[index % written.length], password: PASSWORD },
    })),
  );
  const users = `SELECT id FROM nauth_users WHERE email = '${email}'`;
  return {
    answers: tally(answers),
    spellings: new Set(written).size,
    users: await arena.number(`SELECT COUNT(*) AS n FROM nauth_users WHERE email = '${email}'`),
    credentials: await arena.number(
      `SELECT COUNT(*) AS n FROM nauth_password_credentials WHERE user_id IN (${users})`,
    ),
    withoutCredential: await arena.number(
      'SELECT COUNT(*) AS n FROM nauth_users WHERE id NOT IN (SELECT user_id FROM nauth_password_credentials)',
    ),
  };
}

export const signedUpOnce = {
  answers: { '201': 1, '409 SIGNUP_EMAIL_EXISTS': SIGNUPS - 1 },
  spellings: 10,
  users: 1,
  credentials: 1,
  withoutCredential: 0,
};

/** RACE-14: many wrong passwords for one account at once, over all servers in turn. */
export async function guessAtOnce(arena: Arena, servers: readonly HostProcess[]): Promise<object> {
  const owner = await signUp(servers[0]?.url ?? '');
  await Promise.all(servers.map((server) => server.stats()));
  const answers = await fireTogether(
    Array.from({ length: WRONG_PASSWORDS }, (_, index) => ({
      url: servers[index % servers.length]?.url ?? '',
      path: '/auth/login',
      json: { identifier: owner.email, password: `guess ${index}` },
    })),
  );
  const stats = await Promise.all(servers.map((server) => server.stats()));
  const { highest, counters, withoutEnd } = await arena.counters();
  return {
    answers: tally(answers),
    hashes: stats.reduce((sum, { hashes }) => sum + hashes, 0),
    // What is known to be over the limit is refused without being counted.
    isCounted: highest > MAX_ATTEMPTS && highest <= WRONG_PASSWORDS && counters > 0,
    countersWithoutEnd: withoutEnd,
    rightPassword: (
      await ask(servers[0]?.url ?? '', '/auth/login', { identifier: owner.email, password: PASSWORD })
    ).status,
  };
}

export const guessedNoMoreThanAllowed = {
  answers: {
    '401 AUTH_INVALID_CREDENTIALS': MAX_ATTEMPTS,
    '429 RATE_LIMIT_LOGIN': WRONG_PASSWORDS - MAX_ATTEMPTS,
  },
  hashes: MAX_ATTEMPTS,
  isCounted: true,
  countersWithoutEnd: 0,
  rightPassword: 429,
};

/** RACE-15: many logins of one account at once, of which few may stay. */
export async function loginAtOnce(arena: Arena, url: string): Promise<object> {
  const owner = await signUp(url);
  const json = { identifier: owner.email, password: PASSWORD };
  const answers = await fireTogether(
    Array.from({ length: LOGINS }, () => ({ url, path: '/auth/login', json })),
  );
  const profiles = await Promise.all(
    answers.map(({ body }) => ask(url, '/auth/profile', undefined, String(body.accessToken))),
  );
  return {
    answers: tally(answers),
    tokensThatWork: profiles.filter(({ status }) => status === 200).length,
    liveSessions: await arena.number(
      `SELECT COUNT(*) AS n FROM nauth_sessions WHERE revoked_at IS NULL AND user_id = '${owner.sub}'`,
    ),
    sessions: await arena.number(`SELECT COUNT(*) AS n FROM nauth_sessions WHERE user_id = '${owner.sub}'`),
  };
}

export const newestStay = {
  answers: { '200': LOGINS },
  tokensThatWork: MAX_SESSIONS,
  liveSessions: MAX_SESSIONS,
  sessions: LOGINS + 1,
};
