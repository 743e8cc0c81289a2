import { describe, expect, it } from 'vitest';
import type { AuditHistoryResponse, MfaDevicesResponse } from '../../../lib/contracts';
import { withApp } from '../support/authenticator-app';
import { expectError, member, PASSWORD, visitor, type Topic } from '../support/world';

const NOBODY = '00000000-0000-4000-8000-000000000000';
const EXEMPTION = '/auth/admin/mfa/exemption';

const routes = [
  ['GET', `/auth/admin/users/${NOBODY}/mfa/status`],
  ['GET', `/auth/admin/users/${NOBODY}/mfa/devices`],
  ['DELETE', `/auth/admin/mfa/devices/${NOBODY}`],
  ['POST', EXEMPTION],
] as const;

export const adminMfaTopic: Topic = (world) =>
  describe('second factors in the hands of an administrator', () => {
    it('are looked at, and removed by their id', async () => {
      const { visitor: admin } = await member(world);
      const { visitor: owner, email } = await member(world);
      const sub = String((await owner.profile()).body.sub);
      const path = `/auth/admin/users/${sub}/mfa`;
      const { deviceId } = await withApp(owner);

      const status = await admin.call('GET', `${path}/status`);
      expect([status.status, status.headers['cache-control']]).toEqual([200, 'no-store']);
      expect(status.body).toEqual((await owner.call('GET', '/auth/mfa/status')).body);
      expect(status.body).toMatchObject({ enabled: true, methods: ['totp'], mfaExempt: false });
      const listed = await admin.call('GET', `${path}/devices`);
      const { devices } = JSON.parse(listed.text) as MfaDevicesResponse;
      expect([listed.status, devices.map(({ id, type, name }) => [id, type, name])]).toEqual([
        200,
        [[deviceId, 'totp', 'pocket']],
      ]);

      // Clients send a JSON type on a DELETE without a body.
      const headers = { 'content-type': 'application/json' };
      const removed = await admin.call('DELETE', `/auth/admin/mfa/devices/${deviceId}`, { headers });
      expect([removed.status, removed.body]).toEqual([
        200,
        { removedDeviceId: deviceId, removedMethod: 'totp', mfaDisabled: true },
      ]);
      expectError(await owner.profile(), 401, 'AUTH_SESSION_NOT_FOUND');
      const back = visitor(world);
      expect((await back.login(email, PASSWORD)).body.challengeName).toBeUndefined();
      const { text } = await back.call('GET', '/auth/audit/history?eventTypes=MFA_DEVICE_REMOVED');
      const { data } = JSON.parse(text) as AuditHistoryResponse;
      const adminSub = String((await admin.profile()).body.sub);
      expect(
        data.map(({ eventStatus, performedBy, ipAddress }) => [eventStatus, performedBy, ipAddress]),
      ).toEqual([['SUCCESS', adminSub, null]]);
      const again = await admin.call('DELETE', `/auth/admin/mfa/devices/${deviceId}`);
      expectError(again, 404, 'RESOURCE_NOT_FOUND');
    });

    it('are not wanted of an account that is exempt', async () => {
      const { visitor: admin } = await member(world);
      const { visitor: owner } = await member(world);
      const sub = String((await owner.profile()).body.sub);
      const granted = await admin.call('POST', EXEMPTION, {
        json: { sub, exempt: true, reason: 'no telephone' },
      });
      expect([granted.status, granted.body]).toEqual([
        200,
        {
          mfaExempt: true,
          mfaExemptReason: 'no telephone',
          mfaExemptGrantedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        },
      ]);
      const status = await admin.call('GET', `/auth/admin/users/${sub}/mfa/status`);
      expect(status.body).toMatchObject(granted.body);
      const lifted = await admin.call('POST', EXEMPTION, { json: { sub, exempt: false } });
      expect([lifted.status, lifted.body]).toEqual([
        200,
        { mfaExempt: false, mfaExemptReason: null, mfaExemptGrantedAt: null },
      ]);
    });

    it('are for nobody who is not signed in, and odd input gets a code', async () => {
      const { visitor: admin } = await member(world);
      const sub = String((await admin.profile()).body.sub);
      for (const [method, path] of routes) {
        const json = method === 'POST' ? { sub: NOBODY, exempt: false } : undefined;
        expectError(await visitor(world).call(method, path, { json }), 401, 'AUTH_TOKEN_MISSING');
        expectError(await admin.call(method, path, { json }), 404, 'RESOURCE_NOT_FOUND');
      }
      expectError(await admin.call('DELETE', '/auth/admin/mfa/devices/x'), 404, 'RESOURCE_NOT_FOUND');
      for (const json of [
        {},
        { sub },
        { sub, exempt: 'true' },
        { sub, exempt: true },
        { sub, exempt: true, reason: 'x'.repeat(256) },
        { sub, exempt: false, other: 1 },
      ]) {
        expectError(await admin.call('POST', EXEMPTION, { json }), 400, 'VALIDATION_FAILED');
      }
    });

    it('are not those of the administrator, who removes them with a recent sign-in', async () => {
      const { visitor: admin } = await member(world);
      const { deviceId } = await withApp(admin);
      expectError(await admin.call('DELETE', `/auth/admin/mfa/devices/${deviceId}`), 403, 'FORBIDDEN');
      expect((await admin.call('GET', '/auth/mfa/status')).body.methods).toEqual(['totp']);
    });
  });
