import { ask, signUp, type Arena } from './arena';
import { fireTogether, tally } from './gate';

const PARALLEL = 100;
const PAIRS = 200;
const PAIRS_AT_ONCE = 20;

/** RACE-2: one token, presented a hundred times at once. */
export async function refreshAtOnce(arena: Arena, url: string): Promise<object> {
  const owner = await signUp(url);
  const json = { refreshToken: owner.refreshToken };
  const answers = await fireTogether(
    Array.from({ length: PARALLEL }, () => ({ url, path: '/auth/refresh', json })),
  );
  const given = [
    ...new Set(answers.filter(({ status }) => status === 200).map(({ body }) => body.refreshToken)),
  ];
  const works = await Promise.all(given.map((token) => ask(url, '/auth/refresh', { refreshToken: token })));
  const lineages = works.filter(({ status }) => status === 200);
  const last = lineages[0]?.body.accessToken;
  return {
    answers: tally(answers),
    tokensGiven: given.length,
    tokensThatWork: lineages.length,
    profile: (await ask(url, '/auth/profile', undefined, String(last))).status,
    reuseEvents: await arena.number(
      `SELECT COUNT(*) AS n FROM nauth_audit_events WHERE type = 'REFRESH_REUSE' AND user_id = '${owner.sub}'`,
    ),
    liveSessions: await arena.number(
      `SELECT COUNT(*) AS n FROM nauth_sessions WHERE revoked_at IS NULL AND user_id = '${owner.sub}'`,
    ),
  };
}

const OUTCOME = { tokensGiven: 1, tokensThatWork: 1, profile: 200, reuseEvents: 0, liveSessions: 1 };
export const refreshedOnce = { answers: { '200': 1, '401 AUTH_TOKEN_INVALID': PARALLEL - 1 }, ...OUTCOME };
export const refreshedAlike = { answers: { '200': PARALLEL }, ...OUTCOME };

/** RACE-3: each of many sessions is refreshed and logged out at the same moment. */
export async function refreshAndLogout(arena: Arena, url: string, pairs = PAIRS): Promise<object> {
  let working = 0;
  let serverErrors = 0;
  let loggedOut = 0;
  const users: string[] = [];
  for (let done = 0; done < pairs; done += PAIRS_AT_ONCE) {
    const owners = await Promise.all(Array.from({ length: PAIRS_AT_ONCE }, () => signUp(url)));
    users.push(...owners.map(({ sub }) => `'${sub}'`));
    const answers = await fireTogether(
      owners.flatMap(({ refreshToken, accessToken }) => [
        { url, path: '/auth/refresh', json: { refreshToken } },
        { url, path: '/auth/logout', json: {}, token: accessToken },
      ]),
    );
    serverErrors += answers.filter(({ status }) => status >= 500).length;
    loggedOut += answers.filter(({ body }) => body.success === true).length;
    const refreshed = answers
      .filter(({ body }) => typeof body.refreshToken === 'string')
      .map(({ body }) => body);
    const refreshTokens = [...owners, ...refreshed].map(({ refreshToken }) => refreshToken);
    const accessTokens = [...owners, ...refreshed].map(({ accessToken }) => String(accessToken));
    const tries = await Promise.all([
      ...accessTokens.map((token) => ask(url, '/auth/profile', undefined, token)),
      ...refreshTokens.map((refreshToken) => ask(url, '/auth/refresh', { refreshToken })),
    ]);
    working += tries.filter(({ status }) => status !== 401).length;
  }
  const live = await arena.number(
    `SELECT COUNT(*) AS n FROM nauth_sessions WHERE revoked_at IS NULL AND user_id IN (${users.join(', ')})`,
  );
  return { tokensThatWork: working, serverErrors, loggedOut, liveSessions: live };
}

export const allLoggedOut = { tokensThatWork: 0, serverErrors: 0, loggedOut: PAIRS, liveSessions: 0 };
