import { expect, it } from 'vitest';
import type { ChallengeResponse } from '../../lib/contracts';
import {
  challengeRoute,
  isChallenge,
  isCodeChallenge,
  maskedDestination,
  MemoryStorage,
  NAuthClient,
  requiresPhoneCollection,
} from './index';

const first: ChallengeResponse = {
  challengeName: 'VERIFY_EMAIL',
  session: 'session-1',
  challengeParameters: { codeDeliveryDestination: 'a***@e***.com' },
};
const second: ChallengeResponse = {
  challengeName: 'MFA_REQUIRED',
  session: 'session-2',
  challengeParameters: { availableMethods: ['totp', 'sms'] },
};
const done = {
  user: { sub: 'u', email: 'ada@example.com' },
  authMethod: 'password',
  accessToken: 'a',
  refreshToken: 'r',
  accessTokenExpiresAt: 4_000_000_000,
  refreshTokenExpiresAt: 4_000_000_000,
};

/** A client whose backend gives these answers, one after the other, and what it was sent. */
function clientOf(...answers: { status?: number; body: object }[]) {
  const sent: { path: string; body: unknown }[] = [];
  const storage = new MemoryStorage();
  const client = new NAuthClient({
    baseUrl: 'https://api.example.com',
    storage,
    fetch: (url, { body }) => {
      sent.push({ path: new URL(url).pathname, body: JSON.parse(body ?? 'null') });
      const { status = 200, body: answer } = answers[sent.length - 1] ?? { body: {} };
      return Promise.resolve(new Response(JSON.stringify(answer), { status }));
    },
  });
  return { client, sent, storage };
}

it('goes through the steps of a sign-in, and keeps the one that is open', async () => {
  const { client, sent, storage } = clientOf({ body: first }, { body: second }, { body: done });
  const steps: string[] = [];
  client.on('auth:challenge', ({ data }) => steps.push(JSON.stringify(data)));
  expect(await client.getStoredChallenge()).toBeNull();
  expect(isChallenge(await client.login('ada@example.com', 'x'))).toBe(true);

  const reloaded = new NAuthClient({ baseUrl: 'https://api.example.com', storage });
  expect(await reloaded.getStoredChallenge()).toEqual(first);
  expect(await client.respondToChallenge({ code: '123456' })).toEqual(second);
  expect(await client.getStoredChallenge()).toEqual(second);
  expect(await client.isAuthenticated()).toBe(false);
  const answer = await client.respondToChallenge({ method: 'totp', code: '654321' });
  expect(isChallenge(answer)).toBe(false);
  expect([await client.getStoredChallenge(), await client.isAuthenticated()]).toEqual([null, true]);
  expect(steps).toEqual([JSON.stringify(first), JSON.stringify(second)]);
  expect(sent.slice(1)).toEqual([
    {
      path: '/auth/respond-challenge',
      body: { code: '123456', session: 'session-1', type: 'VERIFY_EMAIL' },
    },
    {
      path: '/auth/respond-challenge',
      body: { method: 'totp', code: '654321', session: 'session-2', type: 'MFA_REQUIRED' },
    },
  ]);
});

it('keeps a step after a wrong answer, and forgets one that is over', async () => {
  const refusal = (code: string, statusCode: number) => ({
    status: statusCode,
    body: { code, message: 'No.' },
  });
  const { client } = clientOf(
    { body: first },
    refusal('VERIFY_CODE_INVALID', 400),
    refusal('CHALLENGE_MAX_ATTEMPTS', 429),
  );
  await client.login('ada@example.com', 'x');
  await expect(client.respondToChallenge({ code: '1' })).rejects.toMatchObject({
    code: 'VERIFY_CODE_INVALID',
  });
  expect(await client.getStoredChallenge()).toEqual(first);
  await expect(client.respondToChallenge({ code: '2' })).rejects.toMatchObject({
    code: 'CHALLENGE_MAX_ATTEMPTS',
  });
  expect(await client.getStoredChallenge()).toBeNull();
});

it('asks for what a step needs', async () => {
  const { client, sent } = clientOf(
    { body: { destination: 'a***@e***.com' } },
    { body: { setupData: { secret: 's' } } },
    { body: { challengeData: {} } },
  );
  expect(await client.resendCode('s1')).toEqual({ destination: 'a***@e***.com' });
  expect(await client.getSetupData({ session: 's1', method: 'totp' })).toEqual({
    setupData: { secret: 's' },
  });
  expect(await client.getChallengeData({ session: 's1', method: 'passkey' })).toEqual({ challengeData: {} });
  expect(sent.map(({ path }) => path)).toEqual([
    '/auth/challenge/resend',
    '/auth/challenge/setup-data',
    '/auth/challenge/challenge-data',
  ]);
});

it('survives a storage that holds something else', async () => {
  const { client, storage } = clientOf();
  for (const text of ['{', 'null', '[]', '{"session":1}']) {
    storage.setItem('nauth_challenge', text);
    expect(await client.getStoredChallenge()).toBeNull();
  }
});

it('takes a new address as the user’s own once it has been proved', async () => {
  const profile = { ...done.user, isEmailVerified: true };
  const pendingEmail = { destination: 'n***@e***.com', expiresIn: 600 };
  const { client, sent } = clientOf(
    { body: done },
    { body: { ...profile, pendingEmail } },
    { body: { ...profile, email: 'new@example.com' } },
  );
  await client.login('ada@example.com', 'x');
  expect((await client.updateProfile({ email: 'new@example.com' })).pendingEmail).toEqual(pendingEmail);
  expect((await client.confirmEmail('123456')).email).toBe('new@example.com');
  expect((await client.getCurrentUser())?.email).toBe('new@example.com');
  expect(sent.at(-1)).toEqual({ path: '/auth/profile/email/confirm', body: { code: '123456' } });
});

it.each<[ChallengeResponse['challengeName'], Record<string, unknown>, string]>([
  ['VERIFY_EMAIL', {}, 'verify-email'],
  ['VERIFY_PHONE', {}, 'verify-phone'],
  ['MFA_SETUP_REQUIRED', {}, 'mfa-setup-required'],
  ['FORCE_CHANGE_PASSWORD', {}, 'force-change-password'],
  ['MFA_REQUIRED', { availableMethods: ['totp', 'passkey'] }, 'mfa-selector'],
  ['MFA_REQUIRED', { availableMethods: ['totp', 'passkey'], preferredMethod: 'totp' }, 'mfa-required'],
  [
    'MFA_REQUIRED',
    { availableMethods: ['totp', 'passkey'], preferredMethod: 'passkey' },
    'mfa-required/passkey',
  ],
  ['MFA_REQUIRED', { availableMethods: ['passkey'] }, 'mfa-required/passkey'],
  ['MFA_REQUIRED', {}, 'mfa-required'],
])('%s with %j is answered on the page %s', (challengeName, challengeParameters, page) => {
  expect(challengeRoute({ challengeName, session: 's', challengeParameters })).toBe(page);
});

it('says what a step asks for', () => {
  const phone = (requires: unknown): ChallengeResponse => ({
    challengeName: 'VERIFY_PHONE',
    session: 's',
    challengeParameters: { requiresPhoneCollection: requires },
  });
  expect([requiresPhoneCollection(phone('true')), requiresPhoneCollection(phone(undefined))]).toEqual([
    true,
    false,
  ]);
  expect([isCodeChallenge(phone('true')), isCodeChallenge(phone(undefined))]).toEqual([false, true]);
  expect([isCodeChallenge(first), isCodeChallenge(second)]).toEqual([true, true]);
  expect([maskedDestination(first), maskedDestination(second)]).toEqual(['a***@e***.com', undefined]);
});
