import { TOTP } from 'otpauth';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { MINUTE, startBackend, type Backend } from './backend.fixture';
import { NAuthClient } from './index';

let backend: Backend;

beforeAll(async () => {
  backend = await startBackend({ mfa: { enabled: true, allowedMethods: ['totp'] } });
});
afterAll(() => backend.close());

it('the client sets a second factor up, names, prefers, shows and removes it', async () => {
  const client = new NAuthClient({ baseUrl: backend.url });
  await client.signup({ email: 'hedy@example.com', password: 'correct horse battery staple' });
  expect(await client.mfa.getAvailableMethods()).toEqual({ availableMethods: ['totp'] });
  const { setupData } = await client.mfa.setup({ methodName: 'totp' });
  const app = new TOTP({ secret: String(setupData['secret']) });
  let now = Date.now();
  const next = (): { code: string } => {
    backend.advance(MINUTE);
    return { code: app.generate({ timestamp: (now += MINUTE) }) };
  };
  const { deviceId } = await client.mfa.verifySetup({ methodName: 'totp', setupData: next() });
  await client.mfa.renameDevice(deviceId, 'drawer');
  await client.mfa.preferDevice(deviceId);
  const { devices } = await client.mfa.listDevices();
  expect(devices).toMatchObject([{ id: deviceId, name: 'drawer', isPreferred: true }]);
  expect(await client.mfa.challenge('totp')).toEqual({});
  expect(await client.mfa.verify({ method: 'totp', ...next() })).toEqual({ verified: true, method: 'totp' });
  await expect(client.mfa.verify({ method: 'totp', code: '000000' })).rejects.toMatchObject({
    code: 'VERIFY_CODE_INVALID',
  });
  expect((await client.mfa.generateBackupCodes()).codes).toHaveLength(10);
  expect(await client.mfa.getStatus()).toMatchObject({ enabled: true, hasBackupCodes: true });
  expect(await client.mfa.removeDevice(deviceId)).toEqual({
    removedDeviceId: deviceId,
    removedMethod: 'totp',
    mfaDisabled: true,
  });
});
