import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, describeEachEngine, type TestDatabase } from '../../../test/support/services';
import { AuditSigner, AuditTrailError, type AuditEvent, type StoredAuditEvent } from '../../audit';
import { randomId, timeOrderedId } from '../../common';
import { type Database, openDatabase, TypeormAuditChainRepository, TypeormAuditRepository } from '..';

const NOW = Date.parse('2026-03-01T10:00:00.123Z');
const signer = new AuditSigner({ current: 'k1', keys: new Map([['k1', Buffer.alloc(32, 7)]]) });

function newEvent(change: Partial<AuditEvent> = {}): StoredAuditEvent {
  return signer.sign({
    id: timeOrderedId(NOW),
    tenant: 'default',
    type: 'LOGIN_FAILED',
    status: 'FAILURE',
    at: new Date(NOW),
    userId: randomId(),
    sessionId: randomId(),
    performedBy: randomId(),
    authMethod: 'password',
    reason: 'wrong_password \u{1f680}',
    details: { '10': 1, '9': [1.5, -0.1, 1e21, 2 ** 53, true, null, '\u{1f680} " \\'], b: { z: 1, a: 2 } },
    ipAddress: '2001:db8::1',
    ipCountry: 'CH',
    ipCity: 'Z\u00fcrich ',
    userAgent: 'x'.repeat(512),
    deviceId: randomId(),
    deviceType: 'mobile',
    platform: 'iOS 17',
    browser: 'Safari',
    requestId: 'r',
    ...change,
  });
}

describeEachEngine('audit repositories', (engine) => {
  let test: TestDatabase;
  let database: Database;
  let events: TypeormAuditRepository;
  let chains: TypeormAuditChainRepository;

  beforeAll(async () => {
    test = await createTestDatabase(engine);
    database = await openDatabase({
      database: test.options,
      tablePrefix: 'nauth_',
      migrations: { autoRun: true },
      logger: undefined,
    });
    events = new TypeormAuditRepository(database);
    chains = new TypeormAuditChainRepository(database);
  });

  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  beforeEach(async () => {
    for (const table of ['audit_events', 'audit_chains'] as const)
      await database.execute((manager) => manager.query(`DELETE FROM ${database.tableName(table)}`));
  });

  it('give back exactly what was signed', async () => {
    const event = newEvent();
    await events.insert(event);
    const [found] = await chains.findUnsealed(10, []);
    expect(found).toEqual(event);
    expect(found && signer.checkEvent(found)).toBe('fits');
    const bare = newEvent({
      userId: null,
      performedBy: null,
      details: null,
      sessionId: null,
      deviceId: null,
    });
    await events.insert(bare);
    expect(await chains.findOfPerson(event.userId ?? '', 10)).toEqual([event]);
    expect((await chains.findUnsealed(10, [])).map((row) => signer.checkEvent(row))).toEqual([
      'fits',
      'fits',
    ]);
  });

  it('tell a trail that is broken from a database that is down', async () => {
    const event = newEvent();
    await events.insert(event);
    await expect(events.insert(event)).rejects.toThrow(AuditTrailError);
    const table = database.tableName('audit_events');
    const rename = (from: string, to: string) =>
      database.execute((manager) => manager.query(`ALTER TABLE ${from} RENAME TO ${to}`));
    await rename(table, 'hidden');
    await expect(events.insert(newEvent())).rejects.toThrow(AuditTrailError);
    await rename('hidden', table);
    const closed = await openDatabase({
      database: test.options,
      tablePrefix: 'nauth_',
      migrations: { autoRun: false },
      logger: undefined,
    });
    await closed.close();
    const refused = new TypeormAuditRepository(closed).insert(newEvent());
    await expect(refused).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  });

  describe('pages', () => {
    const user = randomId();

    async function fill(): Promise<StoredAuditEvent[]> {
      const made = Array.from({ length: 12 }, (_, index) =>
        newEvent({
          userId: index % 3 === 2 ? randomId() : user,
          at: new Date(NOW + Math.floor(index / 4)),
          type: index % 2 ? 'LOGIN_SUCCESS' : 'LOGIN_FAILED',
          status: index === 4 ? 'SUSPICIOUS' : index % 2 ? 'SUCCESS' : 'FAILURE',
          tenant: index < 6 ? 'default' : 'acme',
        }),
      );
      for (const event of made) await events.insert(event);
      return made;
    }

    it('are newest first, in the order of making within one moment', async () => {
      const made = await fill();
      const own = made.filter(({ userId }) => userId === user).reverse();
      const page = await events.find({ userId: user }, 0, 5, 100);
      expect(page.total).toBe(8);
      expect(page.events.map(({ id }) => id)).toEqual(own.slice(0, 5).map(({ id }) => id));
      const rest = await events.find({ userId: user }, 5, 5, 100);
      expect(rest.events.map(({ id }) => id)).toEqual(own.slice(5).map(({ id }) => id));
    });

    it('hold what every criterion lets through, and are counted up to a limit', async () => {
      const made = await fill();
      const idsOf = async (filter: Parameters<typeof events.find>[0]) =>
        (await events.find(filter, 0, 100, 100)).events.map(({ id }) => id).sort();
      const where = (fits: (event: StoredAuditEvent) => boolean) =>
        made
          .filter(fits)
          .map(({ id }) => id)
          .sort();
      expect(await idsOf({ types: ['LOGIN_FAILED'] })).toEqual(
        where((event) => event.type === 'LOGIN_FAILED'),
      );
      expect(await idsOf({ statuses: ['SUSPICIOUS', 'SUCCESS'] })).toEqual(
        where(({ status }) => status === 'SUSPICIOUS' || status === 'SUCCESS'),
      );
      expect(await idsOf({ tenant: 'acme', userId: user })).toEqual(
        where((event) => event.tenant === 'acme' && event.userId === user),
      );
      expect(await idsOf({ from: new Date(NOW + 1), to: new Date(NOW + 1) })).toEqual(
        where(({ at }) => at.getTime() === NOW + 1),
      );
      expect(await idsOf({ types: [] })).toEqual([]);
      expect((await events.find({}, 0, 1, 5)).total).toBe(5);
      expect((await events.find({}, 50, 5, 100)).events).toEqual([]);
    });

    it('need a user that is one', async () => {
      await fill();
      expect(await events.find({ userId: "' OR 1=1" }, 0, 10, 100)).toEqual({ events: [], total: 0 });
      await expect(events.find({ userId: '' }, 0, 10, 100)).rejects.toThrow(TypeError);
      await expect(events.find({ tenant: '' }, 0, 10, 100)).rejects.toThrow(TypeError);
    });
  });

  it('name every tenant, from events and from chains', async () => {
    for (const tenant of ['default', 'acme', 'acme', 'Zoe \u{1f680}'])
      await events.insert(newEvent({ tenant }));
    await chains.insertChain(
      signer.signChain({
        tenant: 'emptied',
        sequence: 3,
        hash: 'h',
        prunedSequence: 3,
        prunedHash: 'h',
        startedAt: new Date(NOW),
        unprotectedUntil: null,
      }),
    );
    expect(await chains.tenants()).toEqual(['Zoe \u{1f680}', 'acme', 'default', 'emptied']);
  });
});
