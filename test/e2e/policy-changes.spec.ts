import { TOTP } from 'otpauth';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { dataSourceOptions } from '../../lib/persistence/data-source-options';
import { hostNames, type HostName } from '../hosts/arguments';
import type { HarnessFile } from '../hosts/harness-file';
import { Balancer } from '../support/balancer';
import { startHost, type HostProcess } from '../support/host-process';
import {
  createTestDatabase,
  describeEachEngine,
  type EngineName,
  type TestDatabase,
} from '../support/services';
import { coversHalf } from './support/covered-pairs';
import { serverFile } from './support/server-file';
import { BrowserVisitor, NativeVisitor, type Visitor } from './support/visitor';
import { expectError, PASSWORD, uniqueEmail } from './support/world';

type Mfa = NonNullable<HarnessFile['mfa']>;

interface Owner {
  visitor: Visitor;
  email: string;
}

// Servers start several times in one test.
const TEST_MS = 120_000;

describeEachEngine('sessions of a more lenient policy (R086)', (engine) => {
  for (const host of hostNames)
    for (const delivery of ['json', 'cookies'] as const)
      if (coversHalf(engine, host, delivery))
        describe(`${host}, ${delivery}`, () => describePolicyChanges(engine, host, delivery));
});

function describePolicyChanges(engine: EngineName, host: HostName, delivery: 'json' | 'cookies'): void {
  let database: TestDatabase;
  let balancer: Balancer;
  let looker: DataSource;
  let server: HostProcess | undefined;

  beforeAll(async () => {
    database = await createTestDatabase(engine, 5);
    balancer = await Balancer.start();
    looker = new DataSource({ ...dataSourceOptions({ ...database.options, poolSize: 1 }) });
    await looker.initialize();
  });
  afterAll(async () => {
    await server?.stop();
    await looker.destroy();
    await balancer.stop();
    await database.drop();
  });

  /** The server stops, and starts with this policy. */
  async function restart(mfa: Mfa): Promise<void> {
    expect(await server?.stop()).toBe(server && 0);
    const file = serverFile(database.options, delivery);
    server = await startHost(host, { ...file, mfa: { ...file.mfa, ...mfa } });
    balancer.put('server', server.url);
  }

  async function member(): Promise<Owner> {
    const { url } = balancer;
    const visitor = delivery === 'json' ? new NativeVisitor(url) : new BrowserVisitor(url);
    onTestFinished(() => visitor.agent.close());
    const email = uniqueEmail();
    expect((await visitor.signup({ email, password: PASSWORD })).status).toBe(201);
    return { visitor, email };
  }

  /** Somebody who has just set an authenticator app up. */
  async function owner(): Promise<Owner> {
    const made = await member();
    const begun = await made.visitor.call('POST', '/auth/mfa/setup-data', { json: { methodName: 'totp' } });
    const { secret } = begun.body.setupData as { secret: string };
    const json = { methodName: 'totp', setupData: { code: new TOTP({ secret }).generate() } };
    expect((await made.visitor.call('POST', '/auth/mfa/verify-setup', { json })).status).toBe(200);
    return made;
  }

  /** Signs in on the same client, by the password alone. */
  async function enter({ visitor, email }: Owner): Promise<void> {
    const answer = await visitor.login(email, PASSWORD);
    expect([answer.status, answer.body.challengeName]).toEqual([200, undefined]);
  }

  const refreshed = async (...owners: Owner[]): Promise<number[]> => {
    const statuses: number[] = [];
    for (const { visitor } of owners) statuses.push((await visitor.refresh()).status);
    return statuses;
  };

  const sql = (text: string): Promise<Record<string, unknown>[]> => looker.query(text);
  const idOf = ({ email }: Owner): string => `(SELECT id FROM nauth_users WHERE email = '${email}')`;

  /** Live sessions of the user that lack the factor. */
  const lacking = async (who: Owner): Promise<number> => {
    const rows = await sql(
      `SELECT amr FROM nauth_sessions WHERE revoked_at IS NULL AND user_id = ${idOf(who)}`,
    );
    return rows.filter(({ amr }) => !JSON.stringify(amr).includes('mfa')).length;
  };

  /** As the end of a grace period is told. */
  async function expectEnded(who: Owner): Promise<void> {
    expectError(await who.visitor.refresh(), 401, 'AUTH_SESSION_EXPIRED');
    const reasons = await sql(
      `SELECT DISTINCT revoke_reason FROM nauth_sessions WHERE revoke_reason = 'mfa_required' AND user_id = ${idOf(who)}`,
    );
    const trail = await sql(
      `SELECT reason FROM nauth_audit_events WHERE type = 'SESSION_REVOKED' AND reason = 'mfa_required' AND user_id = ${idOf(who)}`,
    );
    expect([reasons.length, trail.length]).toEqual([1, 1]);
    expect(await lacking(who)).toBe(0);
    // Its access tokens are worth nothing either.
    expect((await who.visitor.profile()).status).toBe(401);
  }

  it(
    'go on while what spared them holds, and end at their next refresh when it does not',
    async () => {
      await restart({ enforcement: 'OPTIONAL' });
      const [trusting, usual, careless] = [await owner(), await owner(), await owner()];
      const [equipped, older] = [await owner(), await owner()];
      const trust = await trusting.visitor.call('POST', '/auth/trust-device', { json: {} });
      expect(trust.status).toBe(200);
      await enter(trusting);

      await restart({ enabled: false });
      await enter(careless);
      await enter(older);
      expect(await refreshed(trusting, careless)).toEqual([200, 200]);
      // As a version left it that did not note the reason.
      await sql(`UPDATE nauth_sessions SET mfa_spared_by = NULL WHERE user_id = ${idOf(older)}`);

      await restart({ enforcement: 'ADAPTIVE', adaptive: { triggers: ['new_device', 'new_ip'] } });
      await enter(usual);
      expect(await refreshed(trusting, usual)).toEqual([200, 200]);

      await restart({ enforcement: 'REQUIRED', bypassMFAForTrustedDevices: false });
      for (const who of [trusting, usual, careless]) {
        expect(await lacking(who)).toBe(1);
        await expectEnded(who);
        const answer = await who.visitor.login(who.email, PASSWORD);
        expect([answer.status, answer.body.challengeName]).toEqual([200, 'MFA_REQUIRED']);
      }
      expect(await refreshed(equipped, older)).toEqual([200, 200]);
    },
    TEST_MS,
  );

  it(
    'of an account that was exempt end with the exemption',
    async () => {
      await restart({ enforcement: 'OPTIONAL' });
      const exempt = await member();
      const required = await member();
      const at = new Date(Date.now() - 1000).toISOString().slice(0, 19).replace('T', ' ');
      await sql(
        `INSERT INTO nauth_mfa_accounts (user_id, factors, version, exempt_at, exempt_reason)
         SELECT id, 0, 0, '${at}', 'no telephone' FROM nauth_users WHERE email = '${exempt.email}'`,
      );
      await restart({ enforcement: 'REQUIRED' });
      expect(await refreshed(exempt)).toEqual([200]);
      await expectEnded(required);
      await sql(
        `UPDATE nauth_mfa_accounts SET exempt_at = NULL, exempt_reason = NULL WHERE user_id = ${idOf(exempt)}`,
      );
      await expectEnded(exempt);
      const answer = await exempt.visitor.login(exempt.email, PASSWORD);
      expect([answer.status, answer.body.challengeName]).toEqual([200, 'MFA_SETUP_REQUIRED']);
    },
    TEST_MS,
  );
}
