import { describe, expect, it } from 'vitest';
import type { MfaDeviceInfo } from '../../../lib/contracts';
import { withApp } from '../support/authenticator-app';
import type { Visitor } from '../support/visitor';
import {
  expectError,
  expectTokens,
  member,
  PASSWORD,
  uniquePhone,
  visitor,
  type Topic,
  type World,
} from '../support/world';

const guarded = [
  ['GET', '/auth/mfa/status'],
  ['GET', '/auth/mfa/devices'],
  ['PUT', '/auth/mfa/devices/x'],
  ['DELETE', '/auth/mfa/devices/x'],
  ['POST', '/auth/mfa/devices/x/preferred'],
  ['POST', '/auth/mfa/setup-data'],
  ['POST', '/auth/mfa/verify-setup'],
  ['POST', '/auth/mfa/challenge-data'],
  ['POST', '/auth/mfa/verify'],
  ['POST', '/auth/mfa/backup-codes/generate'],
  ['GET', '/auth/mfa/available-methods'],
] as const;

interface Challenge {
  session: string;
  parameters: Record<string, unknown>;
  text: string;
}

async function challenged(who: Visitor, email: string): Promise<Challenge> {
  const answer = await who.login(email, PASSWORD);
  expect([answer.status, answer.body.challengeName]).toEqual([200, 'MFA_REQUIRED']);
  expect(answer.setCookies).toEqual([]);
  expect(answer.body.accessToken).toBeUndefined();
  const parameters = answer.body.challengeParameters as Record<string, unknown>;
  return { session: String(answer.body.session), parameters, text: answer.text };
}

function respond(who: Visitor, { session }: Challenge, answer: object) {
  return who.call('POST', '/auth/respond-challenge', { json: { session, type: 'MFA_REQUIRED', ...answer } });
}

/** Codes that tests have read, each with its recipient. */
const read = new Set<string>();

/** Runs `work`, and gives the code that it sent there. */
async function codeOf(world: World, to: string, work: () => Promise<unknown>): Promise<string> {
  await work();
  const { code } = await world
    .server()
    .message(to, (message) => message.code !== null && !read.has(`${to} ${message.code}`));
  read.add(`${to} ${code}`);
  return code ?? '';
}

export const mfaTopic: Topic = (world) =>
  describe('second factors', () => {
    it.each(guarded)('%s %s asks for a signed-in user', async (method, path) => {
      const sending = method === 'POST' || method === 'PUT' ? { json: {} } : {};
      expectError(await visitor(world).call(method, path, sending), 401, 'AUTH_TOKEN_MISSING');
    });

    it('an authenticator app is set up, asked for, preferred and removed', async () => {
      const { visitor: who, email } = await member(world);
      expect((await who.call('GET', '/auth/mfa/status')).body).toEqual({
        enabled: false,
        required: false,
        methods: [],
        configuredMethods: [],
        availableMethods: ['totp', 'sms', 'email', 'passkey'],
        hasBackupCodes: false,
        backupCodesRemaining: 0,
        mfaExempt: false,
        mfaExemptReason: null,
        mfaExemptGrantedAt: null,
      });
      const setup = await who.call('POST', '/auth/mfa/setup-data', { json: { methodName: 'totp' } });
      expect(setup.headers['cache-control']).toBe('no-store');
      expect(setup.body.setupData).toEqual({
        secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
        qrCode: expect.stringMatching(/^data:image\/png;base64,/),
        manualEntryKey: expect.stringMatching(/^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/),
        otpauthUrl: expect.stringMatching(/^otpauth:\/\/totp\/.*digits=6&period=30$/),
        issuer: 'nauth',
        accountName: email,
      });
      const app = await withApp(who);
      const other = visitor(world);
      const challenge = await challenged(other, email);
      expect(challenge.parameters).toEqual({
        availableMethods: ['totp'],
        preferredMethod: 'totp',
        devices: [{ id: app.deviceId, name: 'pocket', type: 'totp' }],
      });
      expect(challenge.text).not.toContain(email);
      expectError(
        await respond(other, challenge, { method: 'totp', code: '000000' }),
        400,
        'VERIFY_CODE_INVALID',
      );
      const signedIn = await respond(other, challenge, { method: 'totp', code: app.code });
      expect(signedIn.status).toBe(200);
      await expectTokens(other, signedIn);
      const again = await challenged(visitor(world), email);
      const replayed = await respond(visitor(world), again, { method: 'totp', code: app.code });
      expectError(replayed, 400, 'VERIFY_CODE_INVALID');

      const { devices } = (await other.call('GET', '/auth/mfa/devices')).body as { devices: MfaDeviceInfo[] };
      expect(devices).toEqual([
        {
          id: app.deviceId,
          type: 'totp',
          name: 'pocket',
          isPreferred: true,
          isActive: true,
          createdAt: expect.any(String),
          lastUsedAt: expect.any(String),
        },
      ]);
      const path = `/auth/mfa/devices/${app.deviceId}`;
      const preferred = await other.call('POST', `${path}/preferred`, { json: {} });
      expect([preferred.status, preferred.body]).toEqual([200, { message: expect.any(String) }]);
      const { visitor: stranger } = await member(world);
      expectError(await stranger.call('DELETE', path), 404, 'RESOURCE_NOT_FOUND');
      const headers = { 'content-type': 'application/json' };
      const removed = await other.call('DELETE', path, { headers });
      expect([removed.status, removed.body]).toEqual([
        200,
        { removedDeviceId: app.deviceId, removedMethod: 'totp', mfaDisabled: true },
      ]);
      expect((await visitor(world).login(email, PASSWORD)).body.challengeName).toBeUndefined();
    });

    it('a telephone and a mailbox get codes, and only hints are shown (R090)', async () => {
      const { visitor: who, email } = await member(world);
      const phone = uniquePhone();
      const begin = (methodName: string, setupData: object) => () =>
        who.call('POST', '/auth/mfa/setup-data', { json: { methodName, setupData } });
      const verify = (methodName: string, code: string) =>
        who.call('POST', '/auth/mfa/verify-setup', { json: { methodName, setupData: { code } } });
      const text = await codeOf(world, phone, begin('sms', { phone }));
      expect((await verify('sms', text)).status).toBe(200);
      const mail = await codeOf(world, email, begin('email', { emailAddress: email }));
      expect((await verify('email', mail)).status).toBe(200);

      const other = visitor(world);
      let challenge: Challenge | undefined;
      const code = await codeOf(world, phone, async () => (challenge = await challenged(other, email)));
      if (!challenge) throw new Error('there is no challenge');
      expect(challenge.parameters).toEqual({
        availableMethods: ['sms', 'email'],
        preferredMethod: 'sms',
        devices: [],
        maskedPhone: `***${phone.slice(-2)}`,
        maskedEmail: expect.stringMatching(/^u\*\*\*@e\*\*\*\.com$/),
        codeDeliveryDestination: `***${phone.slice(-2)}`,
      });
      expect(challenge.text).not.toContain(phone);
      expect(challenge.text).not.toContain(email);
      const { session } = challenge;
      const byMail = await codeOf(world, email, async () => {
        const json = { session, method: 'email' };
        const answer = await other.call('POST', '/auth/challenge/challenge-data', { json });
        expect(answer.body).toEqual({
          challengeData: { maskedEmail: expect.any(String), destination: expect.any(String) },
        });
      });
      expectError(await respond(other, challenge, { method: 'totp', code }), 400, 'VALIDATION_FAILED');
      const answer = await respond(other, challenge, { method: 'email', code: byMail });
      expect(answer.status).toBe(200);
      await expectTokens(other, answer);
      expectError(await respond(other, challenge, { method: 'sms', code }), 400, 'CHALLENGE_INVALID');
    });

    it('a factor gets another name, from its owner only', async () => {
      const { visitor: who } = await member(world);
      const path = `/auth/mfa/devices/${(await withApp(who)).deviceId}`;
      const { visitor: stranger } = await member(world);
      expectError(await stranger.call('PUT', path, { json: { name: 'mine' } }), 404, 'RESOURCE_NOT_FOUND');
      for (const json of [{}, { name: '' }, { name: 'a'.repeat(65) }, { name: 'x', deviceId: 'y' }, []]) {
        expectError(await who.call('PUT', path, { json }), 400, 'VALIDATION_FAILED');
      }
      const answer = await who.call('PUT', path, { json: { name: ' drawer ' } });
      expect([answer.status, answer.body]).toEqual([200, { message: expect.any(String) }]);
      const { devices } = (await who.call('GET', '/auth/mfa/devices')).body as { devices: MfaDeviceInfo[] };
      expect(devices.map(({ name }) => name)).toEqual(['drawer']);
    });

    it('who is signed in shows a factor, once for each code, and the session stays', async () => {
      const { visitor: who, email } = await member(world);
      const show = (answer: object) => who.call('POST', '/auth/mfa/verify', { json: answer });
      expectError(await show({ method: 'totp', code: '123456' }), 400, 'VALIDATION_FAILED');
      const app = await withApp(who);
      const ids = await who.sessionIds();
      expectError(await show({ method: 'totp', code: '000000' }), 400, 'VERIFY_CODE_INVALID');
      const shown = await show({ method: 'totp', code: app.code });
      expect([shown.status, shown.body]).toEqual([200, { verified: true, method: 'totp' }]);
      expectError(await show({ method: 'totp', code: app.code }), 400, 'VERIFY_CODE_INVALID');
      expect(await who.sessionIds()).toEqual(ids);

      const begin = () => who.call('POST', '/auth/mfa/setup-data', { json: { methodName: 'email' } });
      const setupData = { code: await codeOf(world, email, begin) };
      await who.call('POST', '/auth/mfa/verify-setup', { json: { methodName: 'email', setupData } });
      const code = await codeOf(world, email, async () => {
        const asked = await who.call('POST', '/auth/mfa/challenge-data', { json: { method: 'email' } });
        expect(asked.body).toEqual({
          challengeData: { maskedEmail: expect.any(String), destination: expect.any(String) },
        });
      });
      expect((await show({ method: 'email', code })).body).toEqual({ verified: true, method: 'email' });
    });

    it('backup codes are shown once and work once each', async () => {
      const { visitor: who, email } = await member(world);
      const path = '/auth/mfa/backup-codes/generate';
      expectError(await who.call('POST', path, { json: {} }), 403, 'FORBIDDEN');
      await withApp(who);
      const made = await who.call('POST', path, { json: {} });
      expect([made.status, made.headers['cache-control']]).toEqual([200, 'no-store']);
      const { codes } = made.body as { codes: string[] };
      expect(codes).toHaveLength(10);
      const other = visitor(world);
      const challenge = await challenged(other, email);
      expect(challenge.parameters.availableMethods).toEqual(['totp', 'backup']);
      expect((await respond(other, challenge, { method: 'backup', code: codes[0] })).status).toBe(200);
      const again = await challenged(visitor(world), email);
      const replayed = await respond(visitor(world), again, { method: 'backup', code: codes[0] });
      expectError(replayed, 400, 'VERIFY_CODE_INVALID');
      expect((await other.call('GET', '/auth/mfa/status')).body).toMatchObject({
        hasBackupCodes: true,
        backupCodesRemaining: 9,
      });
    });

    it('the first one ends the other sessions, and their refresh tokens with them (R086)', async () => {
      const { visitor: who, email } = await member(world);
      const old = visitor(world);
      expect((await old.login(email, PASSWORD)).status).toBe(200);
      await withApp(who);
      expectError(await old.refresh(), 401, 'AUTH_SESSION_NOT_FOUND');
      expect((await who.refresh()).status).toBe(200);
    });

    it.each([
      ['a number', { code: 123456 }],
      ['a list', { code: ['123456'] }],
      ['an object', { code: { $ne: '' } }],
      ['too long', { code: '1'.repeat(65) }],
    ])('a code that is %s is no code (R073)', async (_name, answer) => {
      const { visitor: who, email } = await member(world);
      await withApp(who);
      const other = visitor(world);
      const challenge = await challenged(other, email);
      expectError(await respond(other, challenge, { method: 'totp', ...answer }), 400, 'VALIDATION_FAILED');
    });

    it('a method that does not exist cannot be set up', async () => {
      const { visitor: who } = await member(world);
      for (const methodName of ['passkeys', 'TOTP', '__proto__', 'backup', 'constructor']) {
        const answer = await who.call('POST', '/auth/mfa/setup-data', { json: { methodName } });
        expectError(answer, 400, 'VALIDATION_FAILED');
      }
    });
  });
