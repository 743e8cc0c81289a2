import { describe, expect, it } from 'vitest';
import { expectError, member, PASSWORD, visitor, type Topic } from '../support/world';

const NOBODY = '00000000-0000-4000-8000-000000000000';

export const adminAccountsTopic: Topic = (world) =>
  describe('accounts in the hands of an administrator', () => {
    it('are disabled, enabled and deleted', async () => {
      const { visitor: admin } = await member(world);
      const { visitor: who, email } = await member(world);
      const { sub } = (await who.profile()).body;
      const path = `/auth/admin/users/${String(sub)}`;

      const disabled = await admin.call('POST', `${path}/disable`, { json: { reason: 'reported' } });
      expect([disabled.status, disabled.body.success, disabled.body.revokedSessions]).toEqual([200, true, 1]);
      expect(disabled.body.user).toMatchObject({ sub, isActive: false });
      expectError(await who.profile(), 401, 'AUTH_SESSION_NOT_FOUND');
      expectError(await visitor(world).login(email, PASSWORD), 401, 'AUTH_INVALID_CREDENTIALS');

      const enabled = await admin.call('POST', `${path}/enable`, { json: {} });
      expect([enabled.status, enabled.body.success]).toEqual([200, true]);
      const back = visitor(world);
      expect((await back.login(email, PASSWORD)).status).toBe(200);

      const deleted = await admin.call('DELETE', path);
      expect([deleted.status, deleted.body]).toEqual([
        200,
        {
          success: true,
          deletedUserId: sub,
          deletedRecords: {
            ...{ sessions: 2, verificationTokens: 0, mfaDevices: 0 },
            ...{ trustedDevices: 0, challengeSessions: 0 },
          },
        },
      ]);
      expectError(await back.profile(), 401, 'AUTH_SESSION_NOT_FOUND');
      expectError(await visitor(world).login(email, PASSWORD), 401, 'AUTH_INVALID_CREDENTIALS');
      expectError(await admin.call('DELETE', path), 404, 'RESOURCE_NOT_FOUND');
      expect((await admin.profile()).status).toBe(200);
    });

    it('are for nobody who is not signed in, and odd input gets a code', async () => {
      const { visitor: admin } = await member(world);
      const { sub } = (await admin.profile()).body;
      const path = `/auth/admin/users/${NOBODY}`;
      for (const [method, to] of [
        ['POST', `${path}/disable`],
        ['POST', `${path}/enable`],
        ['DELETE', path],
      ] as const) {
        const json = method === 'POST' ? {} : undefined;
        expect((await visitor(world).call(method, to, { json })).status).toBeGreaterThanOrEqual(401);
        expectError(await admin.call(method, to, { json }), 404, 'RESOURCE_NOT_FOUND');
      }
      const own = `/auth/admin/users/${String(sub)}`;
      expectError(await admin.call('POST', `${own}/disable`, { json: {} }), 403, 'FORBIDDEN');
      expectError(await admin.call('DELETE', own), 403, 'FORBIDDEN');
      for (const json of [{ reason: 5 }, { reason: 'x'.repeat(256) }, { sub }, { other: true }]) {
        const answer = await admin.call('POST', `${path}/disable`, { json });
        expectError(answer, 400, 'VALIDATION_FAILED');
      }
    });
  });
