import { TOTP } from 'otpauth';
import { expect } from 'vitest';
import type { Visitor } from './visitor';

/** An authenticator app that has been set up, and the code of it that comes next. */
export interface App {
  deviceId: string;
  code: string;
}

/**
 * Set up with the code of this step; the one of the next step is left. Both are read once and from one look at the clock:
 * whenever within the coming 30 seconds they are sent, they are inside the window.
 */
export async function withApp(who: Visitor): Promise<App> {
  const { body } = await who.call('POST', '/auth/mfa/setup-data', { json: { methodName: 'totp' } });
  const { secret } = body.setupData as { secret: string };
  const totp = new TOTP({ secret, algorithm: 'SHA1', digits: 6, period: 30 });
  const now = Date.now();
  const setupData = { secret, code: totp.generate({ timestamp: now }) };
  const json = { methodName: 'totp', setupData, deviceName: 'pocket' };
  const answer = await who.call('POST', '/auth/mfa/verify-setup', { json });
  expect([answer.status, answer.body]).toEqual([200, { deviceId: expect.any(String) }]);
  return { deviceId: String(answer.body.deviceId), code: totp.generate({ timestamp: now + 30_000 }) };
}
