import 'reflect-metadata';
import { NAuth, type NAuthCore } from '@nauth-toolkit/nestjs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { DataSource, EntitySchema } from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity';
import {
  openDatabase,
  TypeormSessionFeed,
  TypeormSessionRepository,
  type Database,
} from '../../lib/persistence';
import { resolveConfig } from '../../lib/config';
import { SessionCleaner } from '../../lib/sessions';
import { openTransientStore } from '../../lib/storage.factory';
import { borrowTestDatabase } from '../support/database-pool';
import { describeEachEngine, type TestDatabase } from '../support/services';
import { account, testConfig } from './nest/support';

const DAY_MS = 24 * 3600_000;
const HOUR_MS = 3600_000;
const BATCH = 500;

interface Instance {
  database: Database;
  cleaner: SessionCleaner;
}

describeEachEngine('SessionCleaner', (engine) => {
  let test: TestDatabase;
  let now: number;
  let instances: Instance[];
  const clock = { now: () => now };

  beforeEach(async () => {
    test = await borrowTestDatabase(engine);
    now = Date.now();
    instances = [await boot('database'), await boot('database')];
  });

  afterEach(async () => {
    for (const { database } of instances) await database.close();
    await test.drop();
  });

  const options = () => testConfig({ database: test.options, clock, session: { maxConcurrent: 1 } });

  async function boot(storageAdapter: 'database' | 'memory'): Promise<Instance> {
    const config = resolveConfig({ ...options(), storageAdapter });
    const database = await openDatabase(config);
    const store = await openTransientStore(config, database);
    const sessions = new TypeormSessionRepository(database);
    const feed = new TypeormSessionFeed(database);
    return { database, cleaner: new SessionCleaner(sessions, feed, clock, store) };
  }

  async function count(table: 'sessions' | 'session_changes'): Promise<number> {
    const { database } = instance(0);
    const [row] = await database.execute((manager) =>
      manager.query<{ n: number | string }[]>(`SELECT count(*) AS n FROM ${database.tableName(table)}`),
    );
    return Number(row?.n);
  }

  function instance(index: number): Instance {
    const found = instances[index];
    if (!found) throw new Error('no such instance');
    return found;
  }

  it('removes sessions past their end and old notes, and nothing that may still be asked for', async () => {
    const nauth = await NAuth.create({
      config: options(),
      adapter: { attach: (core: NAuthCore) => ({ core }) },
    });
    const { cleaner } = instance(0);
    const { email: identifier, password } = account;
    try {
      await nauth.authService.signup(account);
      now += 5 * DAY_MS;
      await nauth.authService.login({ identifier, password });
    } finally {
      await nauth.close();
    }
    expect([await count('sessions'), await count('session_changes')]).toEqual([2, 1]);
    await cleaner.round();
    expect([await count('sessions'), await count('session_changes')]).toEqual([2, 1]);
    now += 25 * DAY_MS;
    await cleaner.round();
    expect([await count('sessions'), await count('session_changes')]).toEqual([2, 0]);
    now += HOUR_MS;
    await cleaner.round();
    expect(await count('sessions')).toBe(1);
    now += 5 * DAY_MS;
    await cleaner.round();
    expect(await count('sessions')).toBe(0);
  });

  // With a memory each, neither knows of the other's lease, as when a round outlives it.
  it.each(['database', 'memory'] as const)('removes a backlog while logins go on (%s)', async (storage) => {
    const dead = 3 * BATCH + 100;
    const two = [await boot(storage), await boot(storage)];
    instances.push(...two);
    const nauth = await NAuth.create({
      config: { ...options(), session: { maxConcurrent: 0 } },
      adapter: { attach: (core: NAuthCore) => ({ core }) },
    });
    try {
      const { user } = await nauth.authService.signup(account);
      await fill(String(user?.sub), dead);
      const cleaned = Promise.all(two.map(({ cleaner }) => cleaner.round()));
      const { email: identifier, password } = account;
      for (let turn = 0; turn < 10; turn += 1) await nauth.authService.login({ identifier, password });
      await cleaned;
      for (const { cleaner } of two) await cleaner.round();
    } finally {
      await nauth.close();
    }
    expect([await count('sessions'), await count('session_changes')]).toEqual([11, 0]);
  });

  /** Copies the one session there is, as ones that ended long ago, and writes as many old notes. */
  async function fill(userId: string, copies: number): Promise<void> {
    const { database } = instance(0);
    const [template] = await database.execute((manager) =>
      manager.createQueryBuilder(database.entities.sessions, 'session').limit(1).getMany(),
    );
    const id = (index: number): string => `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
    const expiresAt = new Date(now - DAY_MS);
    const rows = Array.from({ length: copies }, (_, index) => ({ ...template, id: id(index), expiresAt }));
    const notes = rows.map(() => ({ sessionId: null, userId, createdAtMs: now - DAY_MS }));
    await insert(database.dataSource, database.entities.sessions, rows);
    await insert(database.dataSource, database.entities.sessionChanges, notes);
  }
});

async function insert<Row extends object>(
  dataSource: DataSource,
  target: EntitySchema<Row>,
  rows: QueryDeepPartialEntity<Row>[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += 100) {
    await dataSource
      .createQueryBuilder()
      .insert()
      .into(target)
      .values(rows.slice(from, from + 100))
      .updateEntity(false)
      .callListeners(false)
      .execute();
  }
}
