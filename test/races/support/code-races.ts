import type { HostProcess } from '../../support/host-process';
import { ask, freshEmail, PASSWORD, type Arena } from './arena';
import { fireTogether } from './gate';

const RIGHT = 100;
const WRONG = 200;
/** The tries of a challenge, and of a code. */
const MAX_TRIES = 3;
const EXPECTED = new Set(['VERIFY_CODE_INVALID', 'CHALLENGE_MAX_ATTEMPTS', 'SERVICE_UNAVAILABLE']);

/** Somebody who has signed up, with the code on the way. */
async function begin({
  url,
  message,
}: HostProcess): Promise<{ email: string; session: string; code: string }> {
  const email = freshEmail();
  const { status, body } = await ask(url, '/auth/signup', { email, password: PASSWORD });
  if (body.challengeName !== 'VERIFY_EMAIL')
    throw new Error(`sign-up answered ${status} ${String(body.code)}`);
  const { code } = await message(email, (sent) => sent.code !== null);
  return { email, session: String(body.session), code: code ?? '' };
}

const answering = (session: string, code: string) => ({ session, type: 'VERIFY_EMAIL', code });

/** RACE-6: one challenge, answered rightly a hundred times at once. */
export async function answerAtOnce(arena: Arena, server: HostProcess | undefined): Promise<object> {
  if (!server) throw new Error('no server');
  const { email, session, code } = await begin(server);
  const answers = await fireTogether(
    Array.from({ length: RIGHT }, () => ({
      url: server.url,
      path: '/auth/respond-challenge',
      json: answering(session, code),
    })),
  );
  const user = `(SELECT id FROM nauth_users WHERE email = '${email}')`;
  return {
    tokenSets: answers.filter(({ body }) => typeof body.accessToken === 'string').length,
    serverErrors: answers.filter(({ status }) => status >= 500).length,
    sessions: await arena.number(`SELECT COUNT(*) AS n FROM nauth_sessions WHERE user_id = ${user}`),
  };
}

export const answeredOnce = { tokenSets: 1, serverErrors: 0, sessions: 1 };

/** RACE-7: one challenge, answered wrongly two hundred times at once, and then rightly. */
export async function guessCodesAtOnce(_arena: Arena, server: HostProcess | undefined): Promise<object> {
  if (!server) throw new Error('no server');
  const { session, code } = await begin(server);
  const wrong = code === '000000' ? '111111' : '000000';
  const answers = await fireTogether(
    Array.from({ length: WRONG }, () => ({
      url: server.url,
      path: '/auth/respond-challenge',
      json: answering(session, wrong),
    })),
  );
  const codes = answers.map(({ body }) => String(body.code));
  // What a busy server could not look at was given back, maybe after the others were refused: it is looked at now, and
  // the cap is the same.
  do {
    codes.push(
      String((await ask(server.url, '/auth/respond-challenge', answering(session, wrong))).body.code),
    );
  } while (codes.at(-1) !== 'CHALLENGE_MAX_ATTEMPTS');
  const right = await ask(server.url, '/auth/respond-challenge', answering(session, code));
  return {
    lookedAt: codes.filter((one) => one === 'VERIFY_CODE_INVALID').length,
    others: [...new Set(codes)].filter((one) => !EXPECTED.has(one)),
    rightCode: [right.status, right.body.code],
  };
}

export const guessedThreeTimes = {
  lookedAt: MAX_TRIES,
  others: [],
  rightCode: [429, 'CHALLENGE_MAX_ATTEMPTS'],
};
