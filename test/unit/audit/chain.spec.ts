import 'reflect-metadata';
import type { AuditBreak, NAuthCore } from '@nauth-toolkit/nestjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DataSource } from 'typeorm';
import {
  AuditChains,
  AuditEraser,
  AuditPruner,
  AuditSigner,
  AuditVerifier,
  type AuditEvent,
  type AuditVerifyOptions,
} from '../../../lib/audit';
import { randomId, timeOrderedId } from '../../../lib/common';
import {
  type Database,
  openDatabase,
  TypeormAuditChainRepository,
  TypeormAuditRepository,
} from '../../../lib/persistence';
import { MemoryTransientStore } from '../../../lib/storage';
import { createTestDatabase, describeEachEngine, type TestDatabase } from '../../support/services';
import { boot, connect, freshEmail, PASSWORD, request, rowsOf, sealed } from './support';

const NOW = Date.parse('2026-03-01T10:00:00.000Z');
const DAY = 24 * 3600_000;
const KEYS = { current: 'k1', keys: new Map([['k1', Buffer.alloc(32, 7)]]) };
const user = randomId();

function event(index: number, change: Partial<AuditEvent> = {}): AuditEvent {
  const at = NOW + index;
  return {
    id: timeOrderedId(at),
    tenant: 'default',
    type: 'LOGIN_FAILED',
    status: 'FAILURE',
    at: new Date(at),
    userId: user,
    sessionId: randomId(),
    performedBy: null,
    authMethod: 'password',
    reason: 'wrong_password',
    details: { index },
    ipAddress: '192.0.2.1',
    ipCountry: null,
    ipCity: null,
    userAgent: 'spec',
    deviceId: null,
    deviceType: null,
    platform: null,
    browser: null,
    requestId: null,
    ...change,
  };
}

describeEachEngine('the chain', (engine) => {
  let test: TestDatabase;
  let database: Database;
  let chains: TypeormAuditChainRepository;
  const signer = new AuditSigner(KEYS);
  let now = NOW;

  beforeAll(async () => {
    test = await createTestDatabase(engine);
    database = await open();
    chains = new TypeormAuditChainRepository(database);
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });
  beforeEach(async () => {
    now = NOW;
    await sql('DELETE FROM nauth_audit_events');
    await sql('DELETE FROM nauth_audit_chains');
  });

  const open = () =>
    openDatabase({
      database: test.options,
      tablePrefix: 'nauth_',
      migrations: { autoRun: true },
      logger: undefined,
    });
  const sql = (text: string): Promise<unknown> => database.execute((manager) => manager.query(text));
  const sealerOn = (on: Database) =>
    new AuditChains(new TypeormAuditChainRepository(on), signer, on, { now: () => now });
  const insert = async (count: number, change: Partial<AuditEvent> = {}): Promise<AuditEvent[]> => {
    const made = Array.from({ length: count }, (_, index) => event(index, change));
    const repository = new TypeormAuditRepository(database);
    for (const each of made) await repository.insert(signer.sign(each));
    return made;
  };
  const seal = async (): Promise<void> => {
    const sealer = sealerOn(database);
    while ((await sealer.sealNext(7)) === 7);
  };
  const verify = (options?: AuditVerifyOptions) => new AuditVerifier(chains, signer).verify(options);
  const at = (sequence: number) => `WHERE sequence = ${sequence}`;

  async function trail(count = 20): Promise<AuditEvent[]> {
    const made = await insert(count);
    await seal();
    expect(await verify()).toEqual({
      intact: true,
      firstBreak: null,
      checked: count,
      unsealed: 0,
      unprotected: 0,
    });
    return made;
  }

  const tamperings: [what: string, how: () => Promise<unknown>, found: Partial<AuditBreak>][] = [
    [
      'a status',
      () => sql(`UPDATE nauth_audit_events SET status = 'SUCCESS' ${at(5)}`),
      { kind: 'altered', sequence: 5 },
    ],
    [
      'a user',
      () => sql(`UPDATE nauth_audit_events SET user_id = '${randomId()}' ${at(5)}`),
      { kind: 'altered', sequence: 5 },
    ],
    [
      'an address',
      () => sql(`UPDATE nauth_audit_events SET ip_address = '192.0.2.2' ${at(9)}`),
      { kind: 'altered', sequence: 9 },
    ],
    [
      'an address, taken away',
      () => sql(`UPDATE nauth_audit_events SET ip_address = NULL, pii_salt = NULL ${at(9)}`),
      { kind: 'altered', sequence: 9 },
    ],
    [
      'details',
      () => sql(`UPDATE nauth_audit_events SET details = 'no JSON' ${at(9)}`),
      { kind: 'altered', sequence: 9 },
    ],
    [
      'a time',
      () => sql(`UPDATE nauth_audit_events SET at = '2026-03-02 10:00:00' ${at(1)}`),
      { kind: 'altered', sequence: 1 },
    ],
    [
      'a row that is removed',
      () => sql(`DELETE FROM nauth_audit_events ${at(5)}`),
      { kind: 'missing', sequence: 5, id: null },
    ],
    [
      'the first row, removed',
      () => sql(`DELETE FROM nauth_audit_events ${at(1)}`),
      { kind: 'missing', sequence: 1 },
    ],
    [
      'the last row, removed',
      () => sql(`DELETE FROM nauth_audit_events ${at(20)}`),
      { kind: 'missing', sequence: 20 },
    ],
    ['all rows, removed', () => sql('DELETE FROM nauth_audit_events'), { kind: 'missing', sequence: 1 }],
    [
      'a row that is removed, and the gap closed',
      async () => {
        await sql(`DELETE FROM nauth_audit_events ${at(5)}`);
        await sql('UPDATE nauth_audit_events SET sequence = sequence - 1 WHERE sequence > 5');
      },
      { kind: 'reordered', sequence: 5 },
    ],
    [
      'two rows, exchanged',
      async () => {
        await sql(`UPDATE nauth_audit_events SET sequence = 99 ${at(5)}`);
        await sql(`UPDATE nauth_audit_events SET sequence = 5 ${at(6)}`);
        await sql(`UPDATE nauth_audit_events SET sequence = 6 ${at(99)}`);
      },
      { kind: 'reordered', sequence: 5 },
    ],
    [
      'a copy of a row in another place',
      () =>
        sql(
          'INSERT INTO nauth_audit_events (id, tenant, type, status, at, pii_digest, pii_salt, mac, chain_hash, sequence) ' +
            `SELECT '${randomId()}', tenant, type, status, at, pii_digest, pii_salt, mac, chain_hash, 21 ` +
            `FROM nauth_audit_events ${at(5)}`,
        ),
      { kind: 'foreign', sequence: 21 },
    ],
    [
      'a row of another tenant',
      () => sql(`UPDATE nauth_audit_events SET tenant = 'other' ${at(5)}`),
      { kind: 'missing', sequence: 5, tenant: 'default' },
    ],
    ['the head, changed', () => sql('UPDATE nauth_audit_chains SET sequence = 19'), { kind: 'head' }],
    ['the head, removed', () => sql('DELETE FROM nauth_audit_chains'), { kind: 'head' }],
    [
      'a MAC that names another key',
      () => sql(`UPDATE nauth_audit_events SET mac = 'k9.x' ${at(5)}`),
      { kind: 'unknown_key', sequence: 5 },
    ],
  ];

  it.each(tamperings)('shows %s', async (_what, how, found) => {
    await trail();
    await how();
    for (const batch of [1, 7, 1000]) {
      const { intact, firstBreak } = await verify({ batch });
      expect({ batch, intact, ...firstBreak }).toMatchObject({
        batch,
        intact: false,
        tenant: 'default',
        ...found,
      });
    }
  });

  it('shows rows that were put in without the key, and never takes them in', async () => {
    await trail();
    const id = randomId();
    const columns = '(id, tenant, type, status, at, pii_digest, pii_salt, mac)';
    const copy =
      `INSERT INTO nauth_audit_events ${columns} SELECT '${id}', tenant, type, status, at, pii_digest, ` +
      `pii_salt, mac FROM nauth_audit_events ${at(5)}`;
    await sql(copy);
    expect((await verify()).firstBreak).toMatchObject({ kind: 'foreign', id, sequence: null });
    await seal();
    expect((await verify()).firstBreak).toMatchObject({ kind: 'foreign', id, sequence: null });
    await sql(`UPDATE nauth_audit_events SET mac = NULL WHERE id = '${id}'`);
    expect((await verify()).firstBreak).toMatchObject({ kind: 'foreign', id });
  });

  it('shows a row that was changed before it was sealed', async () => {
    await trail();
    const [late] = await insert(1, { reason: 'late' });
    await sql(`UPDATE nauth_audit_events SET reason = 'x' WHERE id = '${late?.id}'`);
    expect((await verify()).firstBreak).toMatchObject({ kind: 'foreign', id: late?.id });
    await seal();
    expect((await verify()).firstBreak).toMatchObject({ kind: 'foreign', id: late?.id });
  });

  it('goes on after nothing that is not genuine', async () => {
    await trail();
    await sql('UPDATE nauth_audit_chains SET sequence = 19');
    await insert(3);
    await seal();
    expect(await chains.findUnsealed(10, [])).toHaveLength(3);
  });

  it('shows that head and tail were set back together, with an anchor from before', async () => {
    await trail();
    const earlier = await chains.findChain('default');
    await insert(5);
    await seal();
    const anchor = await new AuditVerifier(chains, signer).head('default');
    await sql('DELETE FROM nauth_audit_events WHERE sequence > 20');
    await sql('DELETE FROM nauth_audit_chains');
    if (earlier) await chains.insertChain(earlier);
    expect((await verify()).intact).toBe(true);
    expect(anchor).toMatchObject({ tenant: 'default', sequence: 25 });
    expect((await verify({ anchors: anchor ? [anchor] : [] })).firstBreak).toMatchObject({ kind: 'head' });
  });

  it('can be checked from a place on', async () => {
    await trail();
    await sql(`UPDATE nauth_audit_events SET status = 'SUCCESS' ${at(5)}`);
    expect(await verify({ tenant: 'default', from: 6 })).toMatchObject({ intact: true, checked: 15 });
    expect((await verify({ tenant: 'default', from: 5 })).firstBreak).toMatchObject({ sequence: 5 });
  });

  it('is one for each tenant', async () => {
    await insert(5);
    await insert(3, { tenant: 'acme' });
    await seal();
    expect(await verify()).toMatchObject({ intact: true, checked: 8 });
    expect((await chains.findChain('acme'))?.sequence).toBe(3);
    await sql(`DELETE FROM nauth_audit_events WHERE tenant = 'acme' AND sequence = 2`);
    expect((await verify()).firstBreak).toMatchObject({ tenant: 'acme', kind: 'missing', sequence: 2 });
    expect((await verify({ tenant: 'default' })).intact).toBe(true);
  });

  it('is one, whatever number of instances seals at once', async () => {
    const others = await Promise.all([open(), open()]);
    try {
      await insert(60);
      const sealers = [database, ...others].map(sealerOn);
      const deadline = performance.now() + 30_000;
      while ((await chains.findUnsealed(1, [])).length > 0 && performance.now() < deadline)
        await Promise.allSettled(sealers.flatMap((sealer) => [sealer.sealNext(9), sealer.sealNext(9)]));
      expect(await verify()).toMatchObject({ intact: true, checked: 60, unsealed: 0 });
      const places = (await chains.readChain('default', 0, undefined, 100)).map(({ sequence }) => sequence);
      expect(places).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    } finally {
      await Promise.all(others.map((other) => other.close()));
    }
  });

  describe('with retention', () => {
    const pruner = (): AuditPruner => {
      const options = {
        enabled: true,
        mustAudit: false,
        retentionMs: 30 * DAY,
        truncateIp: false,
        tenant: 'default',
        redactLog: true,
      };
      const clock = { now: () => now };
      return new AuditPruner(sealerOn(database), chains, new MemoryTransientStore(), options, clock);
    };

    it('loses its beginning and still verifies', async () => {
      await insert(8);
      await insert(4, { at: new Date(NOW + 20 * DAY) });
      await seal();
      now = NOW + 31 * DAY;
      await pruner().prune();
      expect(await verify()).toMatchObject({ intact: true, checked: 4 });
      expect(await chains.findChain('default')).toMatchObject({ sequence: 12, prunedSequence: 8 });
      await sql(`DELETE FROM nauth_audit_events ${at(9)}`);
      expect((await verify()).firstBreak).toMatchObject({ kind: 'missing', sequence: 9 });
    });

    it('may lose everything, and goes on from there', async () => {
      await trail(5);
      now = NOW + 60 * DAY;
      await pruner().prune();
      expect(await verify()).toMatchObject({ intact: true, checked: 0 });
      await insert(2, { at: new Date(now) });
      await seal();
      expect(await verify()).toMatchObject({ intact: true, checked: 2 });
    });
  });

  describe('with a person taken out of it', () => {
    const eraser = () => new AuditEraser(chains, signer, database);

    it('still verifies, holds nothing of theirs, and keeps their events together', async () => {
      const admin = randomId();
      await insert(130);
      await insert(2, { userId: randomId(), performedBy: user });
      await insert(2, { performedBy: admin });
      await seal();
      expect(await eraser().erase(user)).toBe(134);
      expect(await verify()).toMatchObject({ intact: true, checked: 134 });
      const rows = await chains.readChain('default', 0, undefined, 200);
      const pseudonym = rows[0]?.userId;
      expect(rows.filter(({ userId }) => userId === pseudonym)).toHaveLength(132);
      expect(JSON.stringify(rows)).not.toContain(user);
      for (const row of rows) expect([row.ipAddress, row.userAgent, row.piiSalt]).toEqual([null, null, null]);
      expect(await eraser().erase(user)).toBe(0);
      expect(await eraser().erase(admin)).toBe(2);
      expect(await verify()).toMatchObject({ intact: true });
      await sql(`UPDATE nauth_audit_events SET user_id = '${randomId()}' ${at(3)}`);
      expect((await verify()).firstBreak).toMatchObject({ kind: 'altered', sequence: 3 });
    });

    it('vouches for nothing that was changed before', async () => {
      await trail();
      await sql(`UPDATE nauth_audit_events SET ip_address = '192.0.2.9' ${at(4)}`);
      await eraser().erase(user);
      expect((await verify()).firstBreak).toMatchObject({ kind: 'altered', sequence: 4 });
    });
  });
});

describeEachEngine('writers', (engine) => {
  let test: TestDatabase;
  let core: NAuthCore;
  let dataSource: DataSource;

  beforeEach(async () => {
    test = await createTestDatabase(engine, 20);
    core = await boot(test, { session: { maxConcurrent: 0 }, lockout: { enabled: false } });
    dataSource = await connect(test);
    return () => test.drop();
  });

  it('wait for nobody who holds the head of the chain, 50 at once', async () => {
    const email = freshEmail();
    await request(core, () => core.authService.signup({ email, password: PASSWORD }));
    await sealed(core);
    const runner = dataSource.createQueryRunner();
    // As a sealer that never ends. SQLite has one writer at a time, whatever it writes: there the statements are looked at.
    if (engine !== 'sqlite') {
      await runner.startTransaction();
      await runner.query("UPDATE nauth_audit_chains SET mac = 'held'");
      await runner.query("UPDATE nauth_audit_events SET reason = 'held' WHERE sequence IS NOT NULL");
    }
    const logins = Array.from({ length: 50 }, () =>
      request(core, () => core.authService.login({ identifier: email, password: PASSWORD })),
    );
    await Promise.all(logins);
    if (engine !== 'sqlite') await runner.rollbackTransaction();
    await runner.release();
    const rows = await rowsOf(dataSource);
    expect(rows.filter(({ type }) => type === 'LOGIN_SUCCESS')).toHaveLength(50);
    expect(await sealed(core)).toMatchObject({ intact: true, checked: 102, unsealed: 0 });
  });
});
