import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource, EntitySchema } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadSqliteDriver } from './load-sqlite-driver';
import { SerialLockMisuseError } from './serial-lock';
import { serializeDataSource } from './serialize-data-source';

interface Entry {
  id: string;
}

const Entries = new EntitySchema<Entry>({ name: 'entry', columns: { id: { type: String, primary: true } } });

describe('a SQLite DataSource', () => {
  let folder: string;
  const opened: DataSource[] = [];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'nauth-'));
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((dataSource) => dataSource.destroy()));
    await rm(folder, { recursive: true, force: true });
  });

  async function open(serialized: boolean): Promise<DataSource> {
    const dataSource = new DataSource({
      type: 'better-sqlite3',
      driver: loadSqliteDriver(),
      database: join(folder, 'x.sqlite'),
      entities: [Entries],
      synchronize: true,
    });
    if (serialized) {
      serializeDataSource(dataSource);
      serializeDataSource(dataSource);
    }
    opened.push(await dataSource.initialize());
    return dataSource;
  }

  /** 30 parallel transactions, every third of which fails, and 30 plain writes meanwhile; what is kept. */
  async function storm(dataSource: DataSource): Promise<{ kept: string[]; failed: number }> {
    const entries = dataSource.getRepository(Entries);
    const transaction = (index: number): Promise<void> =>
      dataSource.transaction(async (manager) => {
        await manager.insert(Entries, { id: `t${index}` });
        await new Promise((done) => setTimeout(done, 1));
        if (index % 3 === 0) throw new Error('rolls back');
        await manager.insert(Entries, { id: `u${index}` });
      });
    const results = await Promise.allSettled([
      ...Array.from({ length: 30 }, (_, index) => transaction(index)),
      ...Array.from({ length: 30 }, (_, index) => entries.insert({ id: `p${index}` })),
    ]);
    const rows = await entries.find();
    return {
      kept: rows.map((row) => row.id).sort(),
      failed: results.filter((result) => result.status === 'rejected').length,
    };
  }

  const expected = Array.from({ length: 30 }, (_, index) =>
    index % 3 === 0 ? [`p${index}`] : [`p${index}`, `t${index}`, `u${index}`],
  )
    .flat()
    .sort();

  it('keeps what was committed and nothing else', async () => {
    expect(await storm(await open(true))).toEqual({ kept: expected, failed: 10 });
  });

  it('does not without the lock (control)', async () => {
    const result = await storm(await open(false));
    expect(result.failed).toBeGreaterThan(10);
    expect(result.kept).not.toEqual(expected);
  });

  it('is usable again after an inner transaction was rolled back, and a runner released in the middle of one', async () => {
    const dataSource = await open(true);
    await dataSource.transaction(async (outer) => {
      await outer.insert(Entries, { id: 'outer' });
      await expect(
        outer.transaction(async (inner) => {
          await inner.insert(Entries, { id: 'inner' });
          throw new Error('inner');
        }),
      ).rejects.toThrow('inner');
    });
    const runner = dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.manager.insert(Entries, { id: 'abandoned' });
    await runner.release();
    await dataSource.getRepository(Entries).insert({ id: 'after' });
    const rows = await dataSource.getRepository(Entries).find({ order: { id: 'ASC' } });
    expect(rows.map((row) => row.id)).toEqual(['after', 'outer']);
  });

  it('says so at once when code inside a transaction would wait for itself', async () => {
    const dataSource = await open(true);
    await expect(
      dataSource.transaction(() => dataSource.getRepository(Entries).insert({ id: 'outside' })),
    ).rejects.toThrow(SerialLockMisuseError);
    await expect(
      dataSource.transaction(() => dataSource.transaction(() => Promise.resolve())),
    ).rejects.toThrow(SerialLockMisuseError);
    await dataSource.getRepository(Entries).insert({ id: 'after' });
  });

  it('does not mistake later work, started inside a transaction, for a part of it', async () => {
    const dataSource = await open(true);
    let background: Promise<unknown> = Promise.resolve();
    await dataSource.transaction(async (manager) => {
      await manager.insert(Entries, { id: 'a' });
      background = new Promise((done) => setTimeout(done, 20)).then(() =>
        Promise.all(['b', 'c'].map((id) => dataSource.transaction((inner) => inner.insert(Entries, { id })))),
      );
    });
    await background;
    expect(await dataSource.getRepository(Entries).count()).toBe(3);
  });

  it('lets timers run while writers queue', async () => {
    const dataSource = await open(true);
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 1);
    await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        dataSource.transaction((manager) => manager.insert(Entries, { id: `t${index}` })),
      ),
    );
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(5);
  });
});
