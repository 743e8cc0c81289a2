import { TOTP } from 'otpauth';
import { ask, freshEmail, PASSWORD, type Arena } from './arena';
import { fireTogether, tally, type GateAnswer } from './gate';

/** Challenges of one account that are open at once at most. */
const CHALLENGES = 10;
const USES = 40;
const REMOVALS = 4;
const ROUNDS = 25;

interface Holder {
  email: string;
  accessToken: string;
  /** The code that the app shows after the one it was set up with. */
  code: string;
}

/** An account with an authenticator app, signed in with it. The policy wants one. */
async function holder(url: string): Promise<Holder> {
  const email = freshEmail();
  const signup = await ask(url, '/auth/signup', { email, password: PASSWORD });
  const { session } = signup.body as { session: string };
  const { body } = await ask(url, '/auth/challenge/setup-data', { session, method: 'totp' });
  const { secret } = body.setupData as { secret: string };
  const totp = new TOTP({ secret, algorithm: 'SHA1', digits: 6, period: 30 });
  const now = Date.now();
  const answer = await ask(url, '/auth/respond-challenge', {
    session,
    type: 'MFA_SETUP_REQUIRED',
    method: 'totp',
    setupData: { code: totp.generate({ timestamp: now }) },
  });
  if (answer.status !== 200) throw new Error(`set-up answered ${answer.status} ${String(answer.body.code)}`);
  const code = totp.generate({ timestamp: now + 30_000 });
  return { email, accessToken: String(answer.body.accessToken), code };
}

async function challenges({ email }: Holder, url: string): Promise<string[]> {
  const open = async (): Promise<string> => {
    const { body } = await ask(url, '/auth/login', { identifier: email, password: PASSWORD });
    return String(body.session);
  };
  const sessions: string[] = [];
  for (let index = 0; index < CHALLENGES; index += 1) sessions.push(await open());
  return sessions;
}

async function answerAtOnce(
  sessions: string[],
  urls: readonly string[],
  answer: object,
): Promise<GateAnswer[]> {
  return fireTogether(
    Array.from({ length: USES }, (_, index) => ({
      url: urls[index % urls.length] ?? '',
      path: '/auth/respond-challenge',
      json: { session: sessions[index % sessions.length], type: 'MFA_REQUIRED', ...answer },
    })),
  );
}

function outcome(answers: readonly GateAnswer[]): object {
  const counts = tally(answers);
  const refused = Object.keys(counts).filter((key) => key !== '200');
  return {
    successes: counts['200'] ?? 0,
    // Which of the limits refuses is a matter of time; that nothing breaks is not.
    others: refused.filter(
      (key) => !/^(400 VERIFY_CODE_INVALID|400 CHALLENGE_INVALID|429 CHALLENGE_MAX_ATTEMPTS)$/.test(key),
    ),
  };
}

/** RACE-5: one code of an app in all open challenges, on all servers at once. */
export async function showAppAtOnce(arena: Arena, urls: readonly string[]): Promise<object> {
  const owner = await holder(urls[0] ?? '');
  const sessions = await challenges(owner, urls[0] ?? '');
  const before = await liveSessions(arena, owner);
  const answers = await answerAtOnce(sessions, urls, { method: 'totp', code: owner.code });
  return { ...outcome(answers), newSessions: (await liveSessions(arena, owner)) - before };
}

/** RACE-1: one backup code in all open challenges, on all servers at once. */
export async function useBackupCodeAtOnce(arena: Arena, urls: readonly string[]): Promise<object> {
  const owner = await holder(urls[0] ?? '');
  const { body } = await ask(urls[0] ?? '', '/auth/mfa/backup-codes/generate', {}, owner.accessToken);
  const { codes } = body as { codes: string[] };
  const sessions = await challenges(owner, urls[0] ?? '');
  const before = await liveSessions(arena, owner);
  const answers = await answerAtOnce(sessions, urls, { method: 'backup', code: codes[0] });
  return {
    ...outcome(answers),
    newSessions: (await liveSessions(arena, owner)) - before,
    left: await arena.number(
      `SELECT COUNT(*) AS n FROM nauth_mfa_backup_codes WHERE used_at IS NULL AND user_id = ${idOf(owner)}`,
    ),
  };
}

export const shownOnce = { successes: 1, others: [], newSessions: 1 };
export const usedOnce = { ...shownOnce, left: 9 };

/** RACE-11: both factors of an account that has to have one are removed at the same time, again and again. */
export async function removeBothAtOnce(arena: Arena, urls: readonly string[]): Promise<object> {
  const url = urls[0] ?? '';
  const owner = await holder(url);
  const { accessToken } = owner;
  const totals: Record<string, number> = {};
  let without = 0;
  let wrongCounts = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    await addFactor(url, accessToken);
    const { body } = await ask(url, '/auth/mfa/devices', undefined, accessToken);
    const ids = (body.devices as { id: string }[]).map(({ id }) => id);
    const answers = await fireTogether(
      Array.from({ length: REMOVALS }, (_, index) => ({
        url: urls[index % urls.length] ?? '',
        method: 'DELETE',
        path: `/auth/mfa/devices/${ids[index % ids.length] ?? ''}`,
        json: {},
        token: accessToken,
      })),
    );
    for (const [key, count] of Object.entries(tally(answers))) totals[key] = (totals[key] ?? 0) + count;
    const factors = await arena.number(
      `SELECT COUNT(*) AS n FROM nauth_mfa_devices WHERE user_id = ${idOf(owner)}`,
    );
    const counted = await arena.number(
      `SELECT factors AS n FROM nauth_mfa_accounts WHERE user_id = ${idOf(owner)}`,
    );
    if (factors === 0) without += 1;
    if (factors !== counted) wrongCounts += 1;
  }
  return { removed: totals['200'] ?? 0, without, wrongCounts, broken: totals['500 INTERNAL_ERROR'] ?? 0 };
}

export const oneStays = { removed: ROUNDS, without: 0, wrongCounts: 0, broken: 0 };

async function addFactor(url: string, token: string): Promise<void> {
  const { body } = await ask(url, '/auth/mfa/setup-data', { methodName: 'totp' }, token);
  const { secret } = body.setupData as { secret: string };
  const code = new TOTP({ secret, algorithm: 'SHA1', digits: 6, period: 30 }).generate();
  const json = { methodName: 'totp', setupData: { code } };
  const answer = await ask(url, '/auth/mfa/verify-setup', json, token);
  if (answer.status !== 200) throw new Error(`set-up answered ${answer.status} ${String(answer.body.code)}`);
}

function liveSessions(arena: Arena, owner: Holder): Promise<number> {
  return arena.number(`SELECT COUNT(*) AS n FROM nauth_sessions WHERE user_id = ${idOf(owner)}`);
}

function idOf({ email }: Holder): string {
  return `(SELECT id FROM nauth_users WHERE email = '${email}')`;
}
