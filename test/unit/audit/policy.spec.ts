import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { NAuthConfig } from '@nauth-toolkit/nestjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DataSource } from 'typeorm';
import { ExpressAdapter, NAuth, type ExpressNAuth } from '../../../shims/express/src';
import { HttpClient } from '../../support/http-client';
import { borrowTestDatabase } from '../../support/database-pool';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import { testConfig } from '../nest/support';
import { connect, freshEmail, PASSWORD, rowsOf } from './support';

interface Alarm {
  eventType: string;
  failedClosed: boolean;
}

/** What goes to the log has no place in the output of the suite. */
const silent = { log() {}, warn() {}, debug() {}, verbose() {}, fatal() {} };

describeEachEngine('FAULT-9: a trail that is gone', (engine) => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let nauth: ExpressNAuth;
  let client: HttpClient;
  let server: Server;
  let alarms: Alarm[];
  let errors: string[];

  beforeEach(async () => {
    database = await borrowTestDatabase(engine);
    alarms = [];
    errors = [];
    return () => database.drop();
  });
  afterEach(async () => {
    client.close();
    await new Promise((done) => server.close(done));
    await nauth.close();
  });

  async function start(config: Partial<NAuthConfig>): Promise<void> {
    const instance = { ...silent, error: (text: unknown) => void errors.push(String(text)) };
    nauth = await NAuth.create({
      config: testConfig({
        database: database.options,
        routes: { enabled: true },
        logger: { instance },
        hooks: {
          auditFailed: ({ eventType, failedClosed }) => void alarms.push({ eventType, failedClosed }),
        },
        ...config,
      }),
      adapter: new ExpressAdapter(),
    });
    server = await new Promise((resolve) => {
      const started = express()
        .use(nauth.routes())
        .listen(0, '127.0.0.1', () => resolve(started));
    });
    client = new HttpClient(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    dataSource = await connect(database);
  }

  const signup = (email: string) =>
    client.call('POST', '/auth/signup', { json: { email, password: PASSWORD } });
  const login = (identifier: string, password = PASSWORD) =>
    client.call('POST', '/auth/login', { json: { identifier, password } });
  const hide = () => dataSource.query('ALTER TABLE nauth_audit_events RENAME TO hidden');
  const bringBack = () => dataSource.query('ALTER TABLE hidden RENAME TO nauth_audit_events');
  const count = async (table: string): Promise<number> => {
    const [row] = await dataSource.query<{ n: number | string }[]>(
      `SELECT COUNT(*) AS n FROM nauth_${table}`,
    );
    return Number(row?.n);
  };

  it('keeps nobody out, and is counted, logged and told to the hook', async () => {
    await start({});
    const email = freshEmail();
    expect((await signup(email)).status).toBe(201);
    await hide();
    expect((await login(email)).status).toBe(200);
    expect((await login(email, 'wrong')).status).toBe(401);
    expect((await signup(freshEmail())).status).toBe(201);
    await expect.poll(() => alarms.length, { timeout: 15_000 }).toBe(5);
    expect(alarms.map(({ eventType }) => eventType).sort()).toEqual([
      'ACCOUNT_CREATED',
      'LOGIN_FAILED',
      'LOGIN_SUCCESS',
      'SESSION_CREATED',
      'SESSION_CREATED',
    ]);
    expect(alarms.filter(({ failedClosed }) => failedClosed)).toEqual([]);
    expect(nauth.auditService.failureCount).toBe(5);
    const lines = errors.filter((line) => line.startsWith('Audit event not written: '));
    expect(lines).toHaveLength(5);
    // Where the request came from is left out of the log, and so is everything secret.
    expect(errors.join('\n')).not.toMatch(/127\.0\.0\.1|correct horse|\$2b\$/);
    await bringBack();
  });

  it('stops everything that it should tell of, with mustAudit, and nothing is kept', async () => {
    await start({ auditLogs: { mustAudit: true } });
    const email = freshEmail();
    const { body } = await signup(email);
    await hide();
    const before = await Promise.all(['users', 'sessions'].map(count));
    const attempts = [
      login(email),
      login(email, 'wrong'),
      signup(freshEmail()),
      client.call('POST', '/auth/refresh', { json: { refreshToken: body.refreshToken } }),
      client.call('PUT', '/auth/profile', { json: { firstName: 'Eve' }, token: body.accessToken }),
      client.call('POST', '/auth/logout', { json: {}, token: body.accessToken }),
    ];
    for (const answer of await Promise.all(attempts)) {
      expect([answer.status, answer.body.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
      expect(answer.headers['retry-after']).toMatch(/^\d+$/);
    }
    expect(await Promise.all(['users', 'sessions'].map(count))).toEqual(before);
    expect(alarms.length).toBeGreaterThan(0);
    expect(alarms.filter(({ failedClosed }) => !failedClosed)).toEqual([]);
    await bringBack();
    const profile = await client.call('GET', '/auth/profile', { token: body.accessToken });
    expect([profile.status, profile.body.firstName]).toEqual([200, null]);
    const refreshed = await client.call('POST', '/auth/refresh', {
      json: { refreshToken: body.refreshToken },
    });
    expect(refreshed.status).toBe(200);
  });

  describe('a trail that is there', () => {
    it('has a failed login although nothing else of it was kept (R130)', async () => {
      await start({});
      const email = freshEmail();
      await signup(email);
      const before = await count('sessions');
      expect((await login(email, 'wrong')).status).toBe(401);
      expect(await count('sessions')).toBe(before);
      const rows = await rowsOf(dataSource);
      expect(rows.at(-1)).toMatchObject({ type: 'LOGIN_FAILED', reason: 'wrong_password' });
    });
  });
});
