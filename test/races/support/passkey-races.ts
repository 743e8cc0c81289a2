import { SoftwareAuthenticator, type CreationOptions } from '../../support/passkeys/software-authenticator';
import { ask, signUp, type Arena } from './arena';
import { fireTogether, tally } from './gate';

const LOGINS = 50;
const REGISTRATIONS = 20;

async function creationOptions(url: string, token: string): Promise<CreationOptions> {
  const { body } = await ask(url, '/auth/mfa/setup-data', { methodName: 'passkey' }, token);
  return body.setupData as CreationOptions;
}

const proof = (credential: object) => ({ methodName: 'passkey', setupData: { credential } });

/** RACE-13: one assertion, sent fifty times at once. Its authenticator does not count, so that nothing else tells them apart. */
export async function assertAtOnce(arena: Arena, url: string): Promise<object> {
  const { accessToken, sub } = await signUp(url);
  const authenticator = new SoftwareAuthenticator(false, true);
  const created = authenticator.create(await creationOptions(url, accessToken));
  await ask(url, '/auth/mfa/verify-setup', proof(created), accessToken);
  const { body } = await ask(url, '/auth/passkey/login/options', {});
  const credential = authenticator.get(body.options as { challenge: string });
  const json = { session: body.session, credential };
  const answers = await fireTogether(
    Array.from({ length: LOGINS }, () => ({ url, path: '/auth/passkey/login/verify', json })),
  );
  return {
    answers: tally(answers),
    sessions: await arena.number(
      `SELECT COUNT(*) AS n FROM nauth_sessions WHERE user_id = '${sub}' AND auth_method = 'passkey'`,
    ),
  };
}

export const assertedOnce = {
  answers: { '200': 1, '401 AUTH_INVALID_CREDENTIALS': LOGINS - 1 },
  sessions: 1,
};

/** RACE-13: one registration, sent twenty times at once. */
export async function registerAtOnce(arena: Arena, url: string): Promise<object> {
  const { accessToken, sub } = await signUp(url);
  const json = proof(new SoftwareAuthenticator().create(await creationOptions(url, accessToken)));
  const answers = await fireTogether(
    Array.from({ length: REGISTRATIONS }, () => ({
      url,
      path: '/auth/mfa/verify-setup',
      json,
      token: accessToken,
    })),
  );
  return { answers: tally(answers), ...(await stored(arena, `user_id = '${sub}'`)) };
}

export const registeredOnce = {
  answers: { '200': 1, '404 RESOURCE_NOT_FOUND': REGISTRATIONS - 1 },
  passkeys: 1,
  factors: 1,
};

/**
 * R098: twenty accounts set the same credential up at once, each with a challenge of its own. They have another passkey
 * already: where engines lock the gap in which a row is missing, first factors would queue there and never meet.
 */
export async function claimAtOnce(arena: Arena, url: string): Promise<object> {
  const authenticator = new SoftwareAuthenticator();
  const requests = [];
  const subs: string[] = [];
  for (let index = 0; index < REGISTRATIONS; index += 1) {
    const { accessToken: token, sub } = await signUp(url);
    const own = new SoftwareAuthenticator().create(await creationOptions(url, token));
    await ask(url, '/auth/mfa/verify-setup', proof(own), token);
    const json = proof(authenticator.create(await creationOptions(url, token)));
    requests.push({ url, path: '/auth/mfa/verify-setup', json, token });
    subs.push(`'${sub}'`);
  }
  const answers = await fireTogether(requests);
  return { answers: tally(answers), ...(await stored(arena, `user_id IN (${subs.join(', ')})`)) };
}

export const claimedOnce = {
  answers: { '200': 1, '400 VERIFY_CODE_INVALID': REGISTRATIONS - 1 },
  passkeys: REGISTRATIONS + 1,
  factors: REGISTRATIONS + 1,
};

async function stored(arena: Arena, where: string): Promise<object> {
  return {
    passkeys: await arena.number(`SELECT COUNT(*) AS n FROM nauth_passkeys WHERE ${where}`),
    factors: await arena.number(`SELECT COUNT(*) AS n FROM nauth_mfa_devices WHERE ${where}`),
  };
}
