import { describe, expect, it } from 'vitest';
import type { AuditHistoryEntry, AuditHistoryResponse } from '../../../lib/contracts';
import { USER_AGENT } from '../support/user-agent';
import type { Visitor } from '../support/visitor';
import { expectError, member, moveClock, signedIn, visitor, type Topic } from '../support/world';

const PATH = '/auth/audit/history';
const UUID = /^[0-9a-f-]{36}$/;

async function history(who: Visitor, query = ''): Promise<AuditHistoryResponse> {
  const answer = await who.call('GET', `${PATH}${query}`);
  expect([query, answer.status, answer.headers['cache-control']]).toEqual([query, 200, 'no-store']);
  expect(Object.keys(answer.body)).toEqual(['data', 'total', 'page', 'limit', 'totalPages']);
  return JSON.parse(answer.text) as AuditHistoryResponse;
}

function facts({ data }: AuditHistoryResponse): (string | null)[][] {
  return data.map(({ eventType, eventStatus, reason }) => [eventType, eventStatus, reason]);
}

export const auditTopic: Topic = (world) =>
  describe('audit history', () => {
    it('has every event of every flow exactly once, newest first', async () => {
      const { visitor: who, email } = await member(world);
      await visitor(world).login(email, 'not the password');
      expect((await who.refresh()).status).toBe(200);
      await who.call('PUT', '/auth/profile', { json: { firstName: 'Ida' } });
      const second = await signedIn(world, email);
      const other = (await second.sessions()).find(({ isCurrent }) => !isCurrent);
      await second.call('DELETE', `/auth/sessions/${other?.sessionId}`);
      await second.logout();
      const third = await signedIn(world, email);
      await third.call('POST', '/auth/logout/all', { json: {} });
      const fourth = await signedIn(world, email);
      const reader = await signedIn(world, email);
      const old = String(await fourth.refreshToken());
      for (let count = 0; count < 2; count += 1) expect((await fourth.refresh()).status).toBe(200);
      await fourth.adoptRefreshToken(old);
      expectError(await fourth.refresh(), 401, 'AUTH_TOKEN_REUSE_DETECTED');
      expect(facts(await history(reader))).toEqual([
        ['REFRESH_REUSE', 'SUSPICIOUS', 'spent_refresh_token'],
        ['TOKEN_REFRESHED', 'SUCCESS', null],
        ['TOKEN_REFRESHED', 'SUCCESS', null],
        ['LOGIN_SUCCESS', 'SUCCESS', null],
        ['SESSION_CREATED', 'SUCCESS', null],
        ['LOGIN_SUCCESS', 'SUCCESS', null],
        ['SESSION_CREATED', 'SUCCESS', null],
        ['GLOBAL_SIGNOUT', 'SUCCESS', null],
        ['LOGIN_SUCCESS', 'SUCCESS', null],
        ['SESSION_CREATED', 'SUCCESS', null],
        ['SESSION_REVOKED', 'SUCCESS', 'logout'],
        ['SESSION_REVOKED', 'SUCCESS', 'revoked_by_user'],
        ['LOGIN_SUCCESS', 'SUCCESS', null],
        ['SESSION_CREATED', 'SUCCESS', null],
        ['PROFILE_UPDATED', 'SUCCESS', null],
        ['TOKEN_REFRESHED', 'SUCCESS', null],
        ['LOGIN_FAILED', 'FAILURE', 'wrong_password'],
        ['SESSION_CREATED', 'SUCCESS', null],
        ['ACCOUNT_CREATED', 'SUCCESS', null],
      ]);
    });

    it('says of an event when, where from and at which client', async () => {
      const { visitor: who } = await member(world);
      await who.call('PUT', '/auth/profile', { json: { firstName: 'Ida', locale: null } });
      const [session] = await who.sessions();
      const page = await history(who, '?limit=2');
      const [changed, created] = page.data;
      expect(changed).toEqual({
        id: expect.stringMatching(UUID),
        eventType: 'PROFILE_UPDATED',
        eventStatus: 'SUCCESS',
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        sessionId: session?.sessionId,
        authMethod: 'password',
        reason: null,
        details: { fields: ['firstName', 'locale'] },
        performedBy: null,
        ipAddress: '127.0.0.1',
        ipCountry: 'CH',
        ipCity: 'Zürich',
        userAgent: USER_AGENT,
        deviceId: session?.deviceId,
        deviceType: 'unknown',
        platform: null,
        browser: null,
        requestId: expect.stringMatching(UUID),
      });
      expect(created).toMatchObject({
        eventType: 'SESSION_CREATED',
        sessionId: session?.sessionId,
        userAgent: USER_AGENT,
      });
      expect(Date.parse(String(changed?.createdAt))).toBeGreaterThanOrEqual(
        Date.parse(String(created?.createdAt)),
      );
    });

    it('is that of nobody else, whatever is asked', async () => {
      const { visitor: ada, email } = await member(world);
      const { visitor: bob } = await member(world);
      await visitor(world).login(email, 'not the password');
      const ofAda = (await history(ada)).data;
      const ofBob = (await history(bob)).data;
      expect(ofBob.map(({ eventType }) => eventType)).toEqual(['SESSION_CREATED', 'ACCOUNT_CREATED']);
      expect(ofAda.map(({ eventType }) => eventType)).toEqual([
        'LOGIN_FAILED',
        'SESSION_CREATED',
        'ACCOUNT_CREATED',
      ]);
      const sub = String((await ada.profile()).body.sub);
      for (const name of ['userId', 'sub', 'user_id', 'tenant', 'performedBy']) {
        expectError(await bob.call('GET', `${PATH}?${name}=${sub}`), 400, 'VALIDATION_FAILED');
      }
      for (const query of [
        '?eventTypes=LOGIN_FAILED',
        '?eventStatus=FAILURE',
        '?page=2&limit=2',
        '?limit=500',
      ])
        expect(
          (await history(bob, query)).data.filter(({ id }) => !ofBob.some((own) => own.id === id)),
        ).toEqual([]);
    });

    it('comes in pages', async () => {
      const { visitor: who, email } = await member(world);
      await signedIn(world, email);
      const all = await history(who);
      expect(all).toMatchObject({ total: 4, page: 1, limit: 50, totalPages: 1 });
      expect(await history(who, '?page=2&limit=3')).toEqual({
        data: all.data.slice(3),
        total: 4,
        page: 2,
        limit: 3,
        totalPages: 2,
      });
      expect(await history(who, '?page=3&limit=3')).toMatchObject({ data: [], total: 4, totalPages: 2 });
      expect(await history(who, '?page=10000&limit=500')).toMatchObject({ data: [], total: 4 });
    });

    it('can be narrowed by kind, outcome and time', async () => {
      const { visitor: who, email } = await member(world);
      await moveClock(world, 1000);
      await visitor(world).login(email, 'not the password');
      const [failed, created, account] = (await history(who)).data as [
        AuditHistoryEntry,
        ...AuditHistoryEntry[],
      ];
      const ids = async (query: string): Promise<string[]> =>
        (await history(who, query)).data.map(({ id }) => id);
      expect(await ids('?eventTypes=LOGIN_FAILED')).toEqual([failed.id]);
      expect(await ids('?eventTypes=LOGIN_FAILED&eventTypes=ACCOUNT_CREATED')).toEqual([
        failed.id,
        account?.id,
      ]);
      expect(await ids('?eventStatus=SUCCESS')).toEqual([created?.id, account?.id]);
      expect(await ids('?eventStatus=FAILURE&eventTypes=ACCOUNT_CREATED')).toEqual([]);
      const at = failed.createdAt;
      const day = at.slice(0, 10);
      expect(await ids(`?startDate=${at}&endDate=${at}`)).toEqual([failed.id]);
      expect(await ids(`?startDate=${encodeURIComponent(at.replace('Z', '+00:00'))}`)).toEqual([failed.id]);
      expect((await ids(`?startDate=${day}&endDate=${day}`))[0]).toBe(failed.id);
      expect(await ids(`?endDate=1999-12-31`)).toEqual([]);
      const compared: [operator: string, found: (string | undefined)[]][] = [
        ['gt', []],
        ['gte', [failed.id]],
        ['eq', [failed.id]],
        ['lte', [failed.id, created?.id, account?.id]],
        ['lt', [created?.id, account?.id]],
      ];
      for (const [operator, found] of compared) {
        // As written and as encoded by `URLSearchParams`.
        const query = `createdAt[operator]=${operator}&createdAt[value]=${at}`;
        expect([operator, await ids(`?${query}`)]).toEqual([operator, found]);
        const encoded = new URLSearchParams(query).toString();
        expect([operator, await ids(`?${encoded}`)]).toEqual([operator, found]);
      }
      // The first of them may have been on the day before.
      const since = account?.createdAt.slice(0, 10);
      expect(await ids(`?createdAt[operator]=gte&createdAt[value]=${since}&endDate=${at}`)).toHaveLength(3);
    });

    it('refuses queries that are none, and names what is wrong', async () => {
      const { visitor: who } = await member(world);
      const wrong: [query: string, ...fields: string[]][] = [
        ...['0', '-1', '1.5', 'x', '', '1e3', '10001', '%00', '1&page=2'].map((value): [string, string] => [
          `page=${value}`,
          'page',
        ]),
        ...['0', '501', '0x10', 'NaN', '99999999999999999999'].map((value): [string, string] => [
          `limit=${value}`,
          'limit',
        ]),
        ['eventTypes=NOPE', 'eventTypes'],
        ['eventTypes=LOGIN_FAILED&eventTypes=login_failed', 'eventTypes'],
        ["eventStatus=SUCCESS'--", 'eventStatus'],
        ['startDate=yesterday', 'startDate'],
        ['startDate=2026-02-30', 'startDate'],
        ['startDate=2026-03-01T10:00:00', 'startDate'],
        ['startDate=1772359200000', 'startDate'],
        ['endDate=99999-01-01', 'endDate'],
        ['endDate=2026-03-01&endDate=2026-03-02', 'endDate'],
        ['createdAt=2026-03-01', 'createdAt'],
        ['createdAt[operator]=gte', 'createdAt[value]'],
        ['createdAt[value]=2026-03-01', 'createdAt[operator]'],
        ['createdAt[operator]=in&createdAt[value]=x', 'createdAt[operator]', 'createdAt[value]'],
        ['createdAt[other]=1', 'createdAt[other]'],
        ['page=1&order=asc', 'order'],
      ];
      for (const [query, ...fields] of wrong) {
        const answer = await who.call('GET', `${PATH}?${query}`);
        expect([query, answer.status, answer.body.code]).toEqual([query, 400, 'VALIDATION_FAILED']);
        const named = Object.keys((answer.body.details as { fields: object }).fields);
        expect([query, named.sort()]).toEqual([query, fields]);
      }
      for (const query of ['__proto__=x', '__proto__[page]=2', 'constructor=x', '%E0%A4%A=1'])
        expect([query, (await who.call('GET', `${PATH}?${query}`)).status]).toEqual([query, 400]);
    });

    it('is for who is signed in', async () => {
      expectError(await visitor(world).call('GET', PATH), 401, 'AUTH_TOKEN_MISSING');
      const { visitor: who } = await member(world);
      await who.call('POST', '/auth/logout/all', { json: {} });
      expect((await who.call('GET', PATH)).status).toBe(401);
    });
  });
