import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomId } from '../../../lib/common';
import {
  Client,
  closeWorld,
  member,
  message,
  openDemandingWorld,
  outcome,
  withApp,
  type World,
} from './support';

describe('a factor that an administrator removes (R092)', () => {
  let here: World;
  beforeAll(async () => {
    here = await openDemandingWorld();
  });
  afterAll(() => closeWorld(here));

  it('takes sessions and trust with it; the trail says who did it, and the owner is told', async () => {
    const { authService, mfaService, auditService } = here.core;
    const [admin, owner] = [await member(here), await member(here)];
    const app = await withApp(here, owner);
    const { sub } = await owner.as(async () => authService.getProfile());
    const { sub: actor } = await admin.as(async () => authService.getProfile());
    const { session } = await owner.login();
    await owner.respond(session, { method: 'totp', code: app.code() });
    const { deviceToken } = await owner.as(() => authService.trustDevice());
    expect(deviceToken).toBeTruthy();
    const params = { deviceId: app.deviceId };
    const removed = await admin.as(() => mfaService.removeDeviceFor(sub, params));
    expect(removed).toEqual({ removedDeviceId: app.deviceId, removedMethod: 'totp', mfaDisabled: true });
    const { refreshToken = '' } = owner;
    expect(await outcome(owner.as(() => authService.refreshToken({ refreshToken })))).toBe(
      'AUTH_SESSION_NOT_FOUND',
    );
    const told = await message(here, { to: owner.email, subject: 'A sign-in method was removed' });
    expect(told.ipAddress).toBeUndefined();
    const { data } = await auditService.getUserAuthHistory(sub);
    for (const type of ['MFA_DEVICE_REMOVED', 'MFA_DISABLED', 'SESSION_REVOKED'] as const) {
      expect(data.find((event) => event.type === type && event.performedBy !== null)).toMatchObject({
        performedBy: actor,
      });
    }
    expect(data.map(({ type }) => type)).toContain('DEVICE_UNTRUSTED');
    here.clock.offset += 7 * 24 * 3600_000;
    expect(await outcome(owner.login())).toBe('MFA_SETUP_REQUIRED');
  });

  it('is found by its id alone, and goes the same way', async () => {
    const { authService, mfaService, auditService } = here.core;
    const [admin, owner] = [await member(here), await member(here)];
    const app = await withApp(here, owner);
    const kept = await withApp(here, admin);
    const { sub } = await owner.as(async () => authService.getProfile());
    const { sub: actor } = await admin.as(async () => authService.getProfile());
    const { refreshToken = '' } = owner;
    const removed = await admin.as(() => mfaService.removeAnyDevice({ deviceId: app.deviceId }));
    expect(removed).toEqual({ removedDeviceId: app.deviceId, removedMethod: 'totp', mfaDisabled: true });
    expect(await outcome(owner.as(() => authService.refreshToken({ refreshToken })))).toBe(
      'AUTH_SESSION_NOT_FOUND',
    );
    await message(here, { to: owner.email, subject: 'A sign-in method was removed' });
    const { data } = await auditService.getUserAuthHistory(sub, { eventTypes: ['MFA_DEVICE_REMOVED'] });
    expect(data.map(({ status, performedBy }) => [status, performedBy])).toEqual([['SUCCESS', actor]]);
    const { devices } = await mfaService.getUserDevicesFor({ sub: actor });
    expect(devices.map(({ id }) => id)).toEqual([kept.deviceId]);
    for (const deviceId of [app.deviceId, randomId(), 'x']) {
      expect(await outcome(admin.as(() => mfaService.removeAnyDevice({ deviceId })))).toBe(
        'RESOURCE_NOT_FOUND',
      );
    }
  });

  it('is not one of the administrator, however recent the sign-in has to be (R084)', async () => {
    const { authService, mfaService, auditService } = here.core;
    const admin = await member(here);
    const { deviceId } = await withApp(here, admin);
    const { sub } = await admin.as(async () => authService.getProfile());
    const ways = [
      () => mfaService.removeAnyDevice({ deviceId }),
      () => mfaService.removeDeviceFor(sub, { deviceId }),
    ];
    for (const way of ways) expect(await outcome(admin.as(way))).toBe('FORBIDDEN');
    expect((await mfaService.getUserDevicesFor({ sub })).devices).toHaveLength(1);
    const { data } = await auditService.getUserAuthHistory(sub, { eventTypes: ['MFA_DEVICE_REMOVED'] });
    expect(data.map(({ status, reason }) => [status, reason])).toEqual([['FAILURE', 'forbidden']]);
  });

  it('leaves the other sessions alone when it is the owner who removes one', async () => {
    const { authService, mfaService } = here.core;
    const owner = await member(here);
    await withApp(here, owner);
    const app = await withApp(here, owner);
    const other = new Client(here.core, owner.email);
    const { session } = await other.login();
    await other.respond(session, { method: 'totp', code: app.code() });
    await owner.as(() => mfaService.removeDevice({ deviceId: app.deviceId }));
    const told = await message(here, { to: owner.email, subject: 'A sign-in method was removed' });
    expect(told.ipAddress).toBe('192.0.2.77');
    const { refreshToken = '' } = other;
    expect(await outcome(other.as(() => authService.refreshToken({ refreshToken })))).toBe('tokens');
  });
});
