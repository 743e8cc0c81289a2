import { describe, expect, it } from 'vitest';
import type { AdminAuditResponse } from '../../../lib/contracts';
import { USER_AGENT } from '../support/user-agent';
import type { Visitor } from '../support/visitor';
import { expectError, member, uniqueEmail, visitor, type Topic } from '../support/world';

const HISTORY = '/auth/admin/audit/history';
const EVENTS = '/auth/admin/audit/events';
const SUSPICIOUS = '/auth/admin/audit/suspicious';
const NOBODY = '00000000-0000-4000-8000-000000000000';

async function page(who: Visitor, path: string, query: Record<string, string>): Promise<AdminAuditResponse> {
  const answer = await who.call('GET', `${path}?${new URLSearchParams(query).toString()}`);
  expect([query, answer.status, answer.headers['cache-control']]).toEqual([query, 200, 'no-store']);
  expect(Object.keys(answer.body)).toEqual(['data', 'total', 'page', 'limit', 'totalPages']);
  return JSON.parse(answer.text) as AdminAuditResponse;
}

async function subOf(who: Visitor): Promise<string> {
  return String((await who.profile()).body.sub);
}

export const adminAuditTopic: Topic = (world) =>
  describe('the trail in the hands of an administrator', () => {
    it('has the events of one user, also of one who is gone, with whose they are and where from', async () => {
      const { visitor: admin } = await member(world);
      const { visitor: who } = await member(world);
      const [sub, actor] = [await subOf(who), await subOf(admin)];
      const account = `/auth/admin/users/${sub}`;
      expect((await admin.call('POST', `${account}/force-password-change`, { json: {} })).status).toBe(200);
      const { data, ...rest } = await page(admin, HISTORY, { sub });
      expect(rest).toEqual({ total: 3, page: 1, limit: 50, totalPages: 1 });
      const types = ['PASSWORD_FORCE_CHANGE_SET', 'SESSION_CREATED', 'ACCOUNT_CREATED'];
      expect(data.map(({ eventType, sub: about }) => [eventType, about])).toEqual(
        types.map((type) => [type, sub]),
      );
      // That of an administrator too, which the user is not shown.
      expect(data[0]).toMatchObject({ performedBy: actor, ipAddress: '127.0.0.1', userAgent: USER_AGENT });
      const [own] = (await who.call('GET', '/auth/audit/history')).body.data as object[];
      expect(own).toMatchObject({ performedBy: actor, ipAddress: null, userAgent: null, requestId: null });
      expect(own).not.toHaveProperty('sub');

      expect((await admin.call('DELETE', account)).status).toBe(200);
      const after = await page(admin, HISTORY, { sub, limit: '1' });
      expect([after.data.map(({ eventType }) => eventType), after.total]).toEqual([['ACCOUNT_DELETED'], 4]);
      for (const name of ['eventType', 'eventTypes']) {
        const found = await page(admin, HISTORY, { sub, [name]: 'ACCOUNT_CREATED' });
        expect([name, found.data.map(({ eventType }) => eventType)]).toEqual([name, ['ACCOUNT_CREATED']]);
      }
      const both = await page(admin, HISTORY, {
        ...{ sub, eventType: 'ACCOUNT_CREATED', eventTypes: 'SESSION_CREATED', eventStatus: 'SUCCESS' },
      });
      expect(both.data.map(({ eventType }) => eventType)).toEqual(['SESSION_CREATED', 'ACCOUNT_CREATED']);
      expect(await page(admin, HISTORY, { sub, endDate: '1999-12-31' })).toMatchObject({
        data: [],
        total: 0,
      });
      expect(await page(admin, HISTORY, { sub: NOBODY })).toMatchObject({ data: [], total: 0 });
    });

    it('has the events of a type, whoever they are about', async () => {
      const { visitor: admin } = await member(world);
      const subs: string[] = [];
      for (let count = 0; count < 2; count += 1) {
        const { visitor: who, email } = await member(world);
        await visitor(world).login(email, 'not the password');
        subs.unshift(await subOf(who));
      }
      const failed = await page(admin, EVENTS, { eventType: 'LOGIN_FAILED', limit: '500' });
      expect(failed.data.filter(({ eventType }) => eventType !== 'LOGIN_FAILED')).toEqual([]);
      const theirs = failed.data.filter(({ sub }) => sub !== null && subs.includes(sub));
      expect(theirs.map(({ sub, reason }) => [sub, reason])).toEqual(
        subs.map((sub) => [sub, 'wrong_password']),
      );
      const weak = await visitor(world).signup({ email: uniqueEmail(), password: 'short' });
      expect(weak.status).toBe(400);
      const query = 'eventType=LOGIN_FAILED&eventType=ACCOUNT_CREATED&eventStatus=FAILURE&limit=500';
      const several = await admin.call('GET', `${EVENTS}?${query}`);
      expect(several.status).toBe(200);
      const data = several.body.data as { eventType: string; eventStatus: string }[];
      // Sign-ups that other tests had refused are among them.
      expect(new Set(data.map(({ eventType }) => eventType))).toEqual(
        new Set(['LOGIN_FAILED', 'ACCOUNT_CREATED']),
      );
      expect(data.filter(({ eventStatus }) => eventStatus !== 'FAILURE')).toEqual([]);
      expect(data.filter(({ eventType }) => eventType === 'LOGIN_FAILED')).toEqual(failed.data);
    });

    it('has what nobody does by mistake, of one user or of everybody', async () => {
      const { visitor: admin } = await member(world);
      const { visitor: who } = await member(world);
      const sub = await subOf(who);
      const old = String(await who.refreshToken());
      for (let count = 0; count < 2; count += 1) expect((await who.refresh()).status).toBe(200);
      await who.adoptRefreshToken(old);
      expectError(await who.refresh(), 401, 'AUTH_TOKEN_REUSE_DETECTED');
      const { data } = await page(admin, SUSPICIOUS, { sub });
      expect(data.map(({ eventType, eventStatus }) => [eventType, eventStatus])).toEqual([
        ['REFRESH_REUSE', 'SUSPICIOUS'],
      ]);
      const all = await page(admin, SUSPICIOUS, { limit: '500' });
      expect(all.data).toContainEqual(data[0]);
      expect(all.data.every(({ eventStatus }) => eventStatus === 'SUSPICIOUS')).toBe(true);
      expect((await page(admin, SUSPICIOUS, { sub: await subOf(admin) })).data).toEqual([]);
    });

    it('is for nobody who is not signed in, and odd queries are named', async () => {
      const { visitor: admin } = await member(world);
      const wrong: [path: string, query: string, field: string][] = [
        [HISTORY, '', 'sub'],
        [HISTORY, 'sub=', 'sub'],
        [HISTORY, `sub=${NOBODY}&sub=${NOBODY}`, 'sub'],
        [HISTORY, `sub=${NOBODY}&eventType=NOPE`, 'eventType'],
        [HISTORY, `sub=${NOBODY}&userId=${NOBODY}`, 'userId'],
        [EVENTS, '', 'eventType'],
        [EVENTS, 'eventType=', 'eventType'],
        [EVENTS, 'eventType=LOGIN_FAILED&limit=501', 'limit'],
        [EVENTS, `eventType=LOGIN_FAILED&sub=${NOBODY}`, 'sub'],
        [SUSPICIOUS, 'sub=', 'sub'],
        [SUSPICIOUS, 'page=0', 'page'],
        [SUSPICIOUS, 'eventStatus=SUCCESS', 'eventStatus'],
      ];
      for (const [path, query, field] of wrong) {
        const answer = await admin.call('GET', `${path}?${query}`);
        expect([path, query, answer.status, answer.body.code]).toEqual([
          path,
          query,
          400,
          'VALIDATION_FAILED',
        ]);
        const named = Object.keys((answer.body.details as { fields: object }).fields);
        expect([path, query, named]).toEqual([path, query, [field]]);
      }
      for (const path of [HISTORY, EVENTS, SUSPICIOUS]) {
        expectError(await visitor(world).call('GET', path), 401, 'AUTH_TOKEN_MISSING');
      }
    });
  });
