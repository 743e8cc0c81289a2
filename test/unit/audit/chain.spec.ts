import 'reflect-metadata';
import { NAuthException, type AuditBreak, type NAuthCore } from '@nauth-toolkit/nestjs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { DataSource } from 'typeorm';
import { AuditEraser } from '../../../lib/audit/audit-eraser.service';
import { AuditVerifier } from '../../../lib/audit/audit-verifier.service';
import { randomId } from '../../../lib/common';
import { borrowTestDatabase } from '../../support/database-pool';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import { boot, connect, freshEmail, PASSWORD, request, rowsOf, sealed } from './support';
import { DAY, NOW, Trail } from './trail';

describeEachEngine('the chain', (engine) => {
  let trail: Trail;

  beforeAll(async () => {
    trail = await Trail.open(engine);
  });
  afterAll(() => trail.close());
  beforeEach(() => trail.empty());

  const sql = (text: string): Promise<unknown> => trail.sql(text);
  const at = (sequence: number) => `WHERE sequence = ${sequence}`;

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
    await trail.insertSealed(20);
    await how();
    for (const batch of [1, 7, 1000]) {
      const { intact, firstBreak } = await trail.verify({ batch });
      expect({ batch, intact, ...firstBreak }).toMatchObject({
        batch,
        intact: false,
        tenant: 'default',
        ...found,
      });
    }
  });

  it('shows rows that were put in without the key, and never takes them in', async () => {
    await trail.insertSealed(20);
    const id = randomId();
    const columns = '(id, tenant, type, status, at, pii_digest, pii_salt, mac)';
    const copy =
      `INSERT INTO nauth_audit_events ${columns} SELECT '${id}', tenant, type, status, at, pii_digest, ` +
      `pii_salt, mac FROM nauth_audit_events ${at(5)}`;
    await sql(copy);
    expect((await trail.verify()).firstBreak).toMatchObject({ kind: 'foreign', id, sequence: null });
    await trail.seal();
    expect((await trail.verify()).firstBreak).toMatchObject({ kind: 'foreign', id, sequence: null });
    await sql(`UPDATE nauth_audit_events SET mac = NULL WHERE id = '${id}'`);
    expect((await trail.verify()).firstBreak).toMatchObject({ kind: 'foreign', id });
  });

  it('shows a row that was changed before it was sealed', async () => {
    await trail.insertSealed(20);
    const [late] = await trail.insert(1, { reason: 'late' });
    await sql(`UPDATE nauth_audit_events SET reason = 'x' WHERE id = '${late?.id}'`);
    expect((await trail.verify()).firstBreak).toMatchObject({ kind: 'foreign', id: late?.id });
    await trail.seal();
    expect((await trail.verify()).firstBreak).toMatchObject({ kind: 'foreign', id: late?.id });
  });

  it('goes on after nothing that is not genuine', async () => {
    await trail.insertSealed(20);
    await sql('UPDATE nauth_audit_chains SET sequence = 19');
    await trail.insert(3);
    await trail.seal();
    expect(await trail.chains.findUnsealed(10, [])).toHaveLength(3);
  });

  it('shows that head and tail were set back together, with an anchor from before', async () => {
    await trail.insertSealed(20);
    const earlier = await trail.chains.findChain('default');
    await trail.insert(5);
    await trail.seal();
    const anchor = await new AuditVerifier(trail.chains, trail.signer).head('default');
    await sql('DELETE FROM nauth_audit_events WHERE sequence > 20');
    await sql('DELETE FROM nauth_audit_chains');
    if (earlier) await trail.chains.insertChain(earlier);
    expect((await trail.verify()).intact).toBe(true);
    expect(anchor).toMatchObject({ tenant: 'default', sequence: 25 });
    expect((await trail.verify({ anchors: anchor ? [anchor] : [] })).firstBreak).toMatchObject({
      kind: 'head',
    });
  });

  it('can be checked from a place on', async () => {
    await trail.insertSealed(20);
    await sql(`UPDATE nauth_audit_events SET status = 'SUCCESS' ${at(5)}`);
    expect(await trail.verify({ tenant: 'default', from: 6 })).toMatchObject({ intact: true, checked: 15 });
    expect((await trail.verify({ tenant: 'default', from: 5 })).firstBreak).toMatchObject({ sequence: 5 });
  });

  it('is one for each tenant', async () => {
    await trail.insert(5);
    await trail.insert(3, { tenant: 'acme' });
    await trail.seal();
    expect(await trail.verify()).toMatchObject({ intact: true, checked: 8 });
    expect((await trail.chains.findChain('acme'))?.sequence).toBe(3);
    await sql(`DELETE FROM nauth_audit_events WHERE tenant = 'acme' AND sequence = 2`);
    expect((await trail.verify()).firstBreak).toMatchObject({ tenant: 'acme', kind: 'missing', sequence: 2 });
    expect((await trail.verify({ tenant: 'default' })).intact).toBe(true);
  });

  it('is one, whatever number of instances seals at once', async () => {
    const others = await Promise.all([trail.another(), trail.another()]);
    try {
      await trail.insert(60);
      const sealers = [trail.database, ...others].map((on) => trail.sealer(on));
      const deadline = performance.now() + 30_000;
      while ((await trail.chains.findUnsealed(1, [])).length > 0 && performance.now() < deadline)
        await Promise.allSettled(sealers.flatMap((sealer) => [sealer.sealNext(9), sealer.sealNext(9)]));
      expect(await trail.verify()).toMatchObject({ intact: true, checked: 60, unsealed: 0 });
      const places = (await trail.chains.readChain('default', 0, undefined, 100)).map(
        ({ sequence }) => sequence,
      );
      expect(places).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    } finally {
      await Promise.all(others.map((other) => other.close()));
    }
  });

  describe('with retention', () => {
    it('loses its beginning and still verifies', async () => {
      await trail.insert(8);
      await trail.insert(4, { at: new Date(NOW + 20 * DAY) });
      await trail.seal();
      trail.now = NOW + 31 * DAY;
      await trail.prune();
      expect(await trail.verify()).toMatchObject({ intact: true, checked: 4 });
      expect(await trail.chains.findChain('default')).toMatchObject({ sequence: 12, prunedSequence: 8 });
      await sql(`DELETE FROM nauth_audit_events ${at(9)}`);
      expect((await trail.verify()).firstBreak).toMatchObject({ kind: 'missing', sequence: 9 });
    });

    it('may lose everything, and goes on from there', async () => {
      await trail.insertSealed(5);
      trail.now = NOW + 60 * DAY;
      await trail.prune();
      expect(await trail.verify()).toMatchObject({ intact: true, checked: 0 });
      await trail.insert(2, { at: new Date(trail.now) });
      await trail.seal();
      expect(await trail.verify()).toMatchObject({ intact: true, checked: 2 });
    });
  });

  describe('with a person taken out of it', () => {
    const eraser = () => new AuditEraser(trail.chains, trail.signer, trail.database);

    it('still verifies, holds nothing of theirs, and keeps their events together', async () => {
      const admin = randomId();
      const [first] = await trail.insert(130);
      await trail.insert(2, { userId: randomId(), performedBy: trail.user });
      await trail.insert(2, { performedBy: admin });
      await trail.seal();
      expect(await eraser().erase(trail.user)).toBe(134);
      expect(await trail.verify()).toMatchObject({ intact: true, checked: 134 });
      const rows = await trail.chains.readChain('default', 0, undefined, 200);
      const pseudonym = rows.find(({ id }) => id === first?.id)?.userId;
      expect(rows.filter(({ userId }) => userId === pseudonym)).toHaveLength(132);
      expect(JSON.stringify(rows)).not.toContain(trail.user);
      for (const row of rows) expect([row.ipAddress, row.userAgent, row.piiSalt]).toEqual([null, null, null]);
      expect(await eraser().erase(trail.user)).toBe(0);
      expect(await eraser().erase(admin)).toBe(2);
      expect(await trail.verify()).toMatchObject({ intact: true });
      await sql(`UPDATE nauth_audit_events SET user_id = '${randomId()}' ${at(3)}`);
      expect((await trail.verify()).firstBreak).toMatchObject({ kind: 'altered', sequence: 3 });
    });

    it('vouches for nothing that was changed before', async () => {
      await trail.insertSealed(20);
      await sql(`UPDATE nauth_audit_events SET ip_address = '192.0.2.9' ${at(4)}`);
      await eraser().erase(trail.user);
      expect((await trail.verify()).firstBreak).toMatchObject({ kind: 'altered', sequence: 4 });
    });
  });
});

describeEachEngine('writers', (engine) => {
  let test: TestDatabase;
  let core: NAuthCore;
  let dataSource: DataSource;

  beforeEach(async () => {
    test = await borrowTestDatabase(engine, 10);
    core = await boot(test, { session: { maxConcurrent: 0 }, lockout: { enabled: false } });
    dataSource = await connect(test);
    return () => test.drop();
  });

  /** A busy machine may be too slow for one try; who waits for the head gets in by none. */
  async function patientLogin(email: string): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await request(core, () => core.authService.login({ identifier: email, password: PASSWORD }));
        return;
      } catch (error) {
        const isLate = error instanceof NAuthException && error.code === 'SERVICE_UNAVAILABLE';
        if (!isLate || tries === 5) throw error;
      }
    }
  }

  it('wait for nobody who holds the head of the chain, 50 at once', async () => {
    const email = freshEmail();
    await request(core, () => core.authService.signup({ email, password: PASSWORD }));
    await sealed(core);
    const places = (await rowsOf(dataSource)).map(({ id }) => `'${id}'`).join(', ');
    const runner = dataSource.createQueryRunner();
    // As a sealer that never ends: the head, and rows by their ids. SQLite has one writer at a time, whatever it writes.
    if (engine !== 'sqlite') {
      await runner.startTransaction();
      await runner.query("UPDATE nauth_audit_chains SET mac = 'held'");
      await runner.query(`UPDATE nauth_audit_events SET reason = 'held' WHERE id IN (${places})`);
    }
    await Promise.all(Array.from({ length: 50 }, () => patientLogin(email)));
    if (engine !== 'sqlite') await runner.rollbackTransaction();
    await runner.release();
    const rows = await rowsOf(dataSource);
    expect(rows.filter(({ type }) => type === 'LOGIN_SUCCESS').length).toBeGreaterThanOrEqual(50);
    expect(await sealed(core)).toMatchObject({ intact: true, checked: rows.length, unsealed: 0 });
  });
});
