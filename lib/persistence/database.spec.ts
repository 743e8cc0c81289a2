import { inspect } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LoopLateness } from '../../test/support/loop-lateness';
import {
  createTestDatabase,
  describeEachEngine,
  describeEngine,
  type EngineName,
  type ServerEngineName,
  type TestDatabase,
} from '../../test/support/services';
import { TcpProxy } from '../../test/support/tcp-proxy';
import { NAuthException } from '../errors';
import { type Database, DatabaseError, openDatabase, UniqueViolationError } from '.';

async function open(database: DataSource | TestDatabase['options']): Promise<Database> {
  return openDatabase({ database, tablePrefix: 'nauth_', migrations: { autoRun: true }, logger: undefined });
}

/** Writes a row through the same way that repositories take. */
async function put(database: Database, key: string): Promise<void> {
  await database.execute((manager) =>
    manager
      .createQueryBuilder()
      .insert()
      .into(database.entities.transient)
      .values({ entryKey: key, entryValue: 'x', expiresAtMs: 1 })
      .updateEntity(false)
      .execute(),
  );
}

async function bump(database: Database, key: string): Promise<void> {
  await database.execute((manager) =>
    manager
      .createQueryBuilder()
      .update(database.entities.transient)
      .set({ entryCount: () => 'entry_count + 1' })
      .where('entry_key = :key', { key })
      .execute(),
  );
}

async function keys(database: Database, prefix = ''): Promise<string[]> {
  const rows = await database.execute((manager) =>
    manager.createQueryBuilder(database.entities.transient, 'entry').getMany(),
  );
  return rows
    .map((row) => row.entryKey)
    .filter((key) => key.startsWith(prefix))
    .sort();
}

/** Several turns of the event loop, in which the ends of connections are seen, however late its timers are. */
async function noticed(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await sleep(20);
}

/** The answer, and that it came within the limit of R148. */
async function refusal(work: () => Promise<unknown>): Promise<void> {
  const elapsedMs = LoopLateness.stopwatch();
  const error: unknown = await work().then(
    () => 'no error',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(NAuthException);
  expect(error).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfter: 1 });
  expect(elapsedMs()).toBeLessThan(3000);
}

const raiseConflict: Record<EngineName, string> = {
  postgres: "DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$",
  mariadb: "SIGNAL SQLSTATE '40001' SET MYSQL_ERRNO = 1213",
  sqlite: '',
};

describeEachEngine('units of work', (engine) => {
  let test: TestDatabase;
  let database: Database;

  beforeAll(async () => {
    // One connection: whatever takes a second one would wait for itself.
    test = await createTestDatabase(engine, 1);
    database = await open(test.options);
  });
  afterAll(async () => {
    await database.close();
    await test.drop();
  });

  it('are kept as a whole, and join', async () => {
    const result = await database.run(async () => {
      await put(database, 'a1');
      return database.run(async () => {
        await put(database, 'a2');
        return (await keys(database, 'a')).length;
      });
    });
    expect(result).toBe(2);
    expect(await keys(database, 'a')).toEqual(['a1', 'a2']);
  });

  it('are undone as a whole, with the error of the work', async () => {
    await expect(
      database.run(async () => {
        await put(database, 'b1');
        await database.run(() => put(database, 'b2'));
        throw new RangeError('mine');
      }),
    ).rejects.toThrow(RangeError);
    expect(await keys(database, 'b')).toEqual([]);
  });

  it('are never reported as kept when a statement in them failed and the error was swallowed', async () => {
    await put(database, 'c1');
    await expect(
      database.run(async () => {
        await put(database, 'c2');
        await put(database, 'c1').catch(() => undefined);
      }),
    ).rejects.toThrow(UniqueViolationError);
    expect(await keys(database, 'c')).toEqual(['c1']);
  });

  it('work in parallel on one connection', async () => {
    const units = Array.from({ length: 30 }, (_, index) =>
      database.run(async () => {
        await put(database, `d${String(index).padStart(2, '0')}`);
        await sleep(1);
        await bump(database, 'a1');
        if (index % 3 === 0) throw new Error('rolls back');
      }),
    );
    const writes = Array.from({ length: 30 }, (_, index) => put(database, `e${index}`));
    const results = await Promise.allSettled([...units, ...writes]);
    expect(results.filter((result) => result.status === 'rejected')).toHaveLength(10);
    expect(await keys(database, 'd')).toHaveLength(20);
    expect(await keys(database, 'e')).toHaveLength(30);
  });

  it('leave work that outlives them outside', async () => {
    let background: Promise<void> = Promise.resolve();
    await database.run(async () => {
      await put(database, 'f1');
      background = sleep(20).then(() => database.run(() => put(database, 'f2')));
    });
    await background;
    expect(await keys(database, 'f')).toEqual(['f1', 'f2']);
  });

  it('do what comes after them once they are kept, with their connection free, and wait for it', async () => {
    let seen: string[] = [];
    await database.run(async () => {
      await database.run(() =>
        database.afterUnit(async () => {
          seen = await keys(database, 'h');
          await database.run(() => put(database, 'h2'));
        }),
      );
      await put(database, 'h1');
      expect(seen).toEqual([]);
    });
    expect(seen).toEqual(['h1']);
    expect(await keys(database, 'h')).toEqual(['h1', 'h2']);
  });

  it('do nothing after them when they are undone', async () => {
    const done: string[] = [];
    const undone = database.run(async () => {
      await database.afterUnit(async () => void done.push('inside'));
      throw new RangeError('mine');
    });
    await expect(undone).rejects.toThrow(RangeError);
    await database.afterUnit(async () => void done.push('outside'));
    expect(done).toEqual(['outside']);
  });

  it('can be left: what is started outside of one is kept when it is undone', async () => {
    let apart: Promise<void> = Promise.resolve();
    const undone = database.run(async () => {
      await put(database, 'i1');
      apart = database.outside(() => database.run(() => put(database, 'i2')));
      throw new RangeError('mine');
    });
    await expect(undone).rejects.toThrow(RangeError);
    await apart;
    expect(await keys(database, 'i')).toEqual(['i2']);
  });

  it('end at the deadline; what goes on in them writes nothing', async () => {
    let ended: (error: unknown) => void = () => undefined;
    const late = new Promise<unknown>((resolve) => {
      ended = resolve;
    });
    await refusal(() =>
      database.run(async () => {
        await put(database, 'g1');
        await sleep(2700);
        ended(await put(database, 'g2').catch((error: unknown) => error));
      }),
    );
    expect(await late).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(await keys(database, 'g')).toEqual([]);
  });

  it('show neither statement nor parameters in errors', async () => {
    const secret = 'sesame-open';
    await put(database, secret);
    const duplicate: unknown = await put(database, secret).catch((error: unknown) => error);
    expect(duplicate).toBeInstanceOf(UniqueViolationError);
    const broken: unknown = await database
      .execute((manager) => manager.query(`SELECT nonsense FROM nowhere WHERE x = '${secret}'`))
      .catch((error: unknown) => error);
    expect(broken).toBeInstanceOf(DatabaseError);
    expect(inspect([duplicate, broken], { depth: 9 })).not.toMatch(/sesame|INSERT|nonsense/);
  });
});

describeEngine('postgres', 'a COMMIT that the server refuses', () => {
  it('is answered 503, and nothing is kept', async () => {
    const test = await createTestDatabase('postgres', 1);
    const database = await open(test.options);
    await database.dataSource.query(
      "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$",
    );
    await database.dataSource.query(
      'CREATE CONSTRAINT TRIGGER late AFTER INSERT ON nauth_transient ' +
        'DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()',
    );
    await refusal(() => database.run(() => put(database, 'a')));
    await database.dataSource.query('DROP TRIGGER late ON nauth_transient');
    await database.run(() => put(database, 'b'));
    expect(await keys(database)).toEqual(['b']);
    await database.close();
    await test.drop();
  });
});

describeEngine('sqlite', 'the one connection of SQLite', () => {
  it('is waited for until the deadline; what gave up does not happen later', async () => {
    const test = await createTestDatabase('sqlite');
    const database = await open(test.options);
    const holder = database.dataSource.createQueryRunner();
    await holder.startTransaction();
    await Promise.all([
      refusal(() => put(database, 'a')),
      refusal(() => database.run(() => put(database, 'b'))),
    ]);
    await holder.commitTransaction();
    await holder.release();
    await put(database, 'c');
    expect(await keys(database)).toEqual(['c']);
    await database.close();
    await test.drop();
  });

  it('is waited for without blocking when another process holds the file', async () => {
    const test = await createTestDatabase('sqlite');
    const [one, two] = [await open(test.options), await open(test.options)];
    const units = Array.from({ length: 60 }, (_, index) => {
      const database = index % 2 === 0 ? one : two;
      const key = `k${String(index).padStart(2, '0')}`;
      if (index % 3 === 0) return put(database, key);
      return database.run(async () => {
        await keys(database);
        await put(database, key);
        await sleep(1);
      });
    });
    await Promise.all(units);
    expect(await keys(one)).toHaveLength(60);
    expect(await keys(two)).toHaveLength(60);
    await Promise.all([one.close(), two.close()]);
    await test.drop();
  });
});

const servers: readonly ServerEngineName[] = ['postgres', 'mariadb'];

for (const engine of servers) {
  describeEngine(engine, `conflicts (${engine})`, () => {
    let test: TestDatabase;
    let database: Database;

    beforeAll(async () => {
      test = await createTestDatabase(engine);
      database = await open(test.options);
    });
    afterAll(async () => {
      await database.close();
      await test.drop();
    });

    it('of two units that lock in opposite order end with both kept', async () => {
      await put(database, 'x');
      await put(database, 'y');
      let attempts = 0;
      let waiting = 2;
      const crossing = (first: string, second: string): Promise<void> =>
        database.run(async () => {
          attempts += 1;
          await bump(database, first);
          waiting -= 1;
          while (waiting > 0) await sleep(5);
          await bump(database, second);
        });
      await Promise.all([crossing('x', 'y'), crossing('y', 'x')]);
      expect(attempts).toBeGreaterThan(2);
      const rows = await database.execute((manager) =>
        manager.createQueryBuilder(database.entities.transient, 'entry').getMany(),
      );
      expect(rows.map((row) => row.entryCount)).toEqual([2, 2]);
    });

    it('are tried again three times, then refused; also when the work hides the reason', async () => {
      const conflict = async (): Promise<void> => {
        await database.execute((manager) => manager.query(raiseConflict[engine]));
      };
      for (const hide of [false, true]) {
        let attempts = 0;
        await refusal(() =>
          database.run(async () => {
            attempts += 1;
            await conflict().catch((error: unknown) => {
              throw hide ? new Error('hidden') : error;
            });
          }),
        );
        expect(attempts).toBe(4);
      }
      let statements = 0;
      await refusal(() =>
        database.execute((manager) => {
          statements += 1;
          return manager.query(raiseConflict[engine]);
        }),
      );
      expect(statements).toBe(4);
    });
  });

  // Each of these waits for the deadline, so they run side by side, each on a database of its own.
  describeEngine(engine, `a database in trouble (${engine})`, () => {
    interface Rig {
      database: Database;
      proxy: TcpProxy;
      test: TestDatabase;
    }

    async function withRig(own: boolean, poolSize: number, work: (rig: Rig) => Promise<void>): Promise<void> {
      const test = await createTestDatabase(engine, poolSize);
      const proxy = await TcpProxy.start(test.options.url, engine === 'postgres' ? 5432 : 3306);
      const options = { type: engine, poolSize, url: proxy.through(test.options.url) };
      // A host's DataSource has none of the toolkit's time limits.
      const host = new DataSource({ ...options, timezone: 'Z' });
      const database = await open(own ? options : await host.initialize());
      try {
        await work({ database, proxy, test });
      } finally {
        await database.close();
        await proxy.stop();
        if (host.isInitialized) await host.destroy().catch(() => undefined);
        await test.drop();
      }
    }

    describe.concurrent.each([
      ['own', true],
      ['host', false],
    ])('%s DataSource', { timeout: 30_000 }, (_, own) => {
      it('answers 503 while the pool is held by others, and works when it is let go', () =>
        withRig(own, 2, async ({ database }) => {
          const runners = [1, 2].map(() => database.dataSource.createQueryRunner());
          await Promise.all(runners.map((runner) => runner.connect()));
          await Promise.all([
            ...Array.from({ length: 10 }, (__, index) => refusal(() => put(database, `p${index}`))),
            refusal(() => database.run(() => put(database, 'u'))),
          ]);
          await Promise.all(runners.map((runner) => runner.release()));
          const elapsedMs = LoopLateness.stopwatch();
          // More at once than there are connections: none may have been lost.
          await Promise.all(
            [1, 2, 3, 4, 5, 6].map((index) => database.run(() => put(database, `q${index}`))),
          );
          expect(elapsedMs()).toBeLessThan(1000);
          expect(await keys(database)).toEqual(['q1', 'q2', 'q3', 'q4', 'q5', 'q6']);
        }));

      it('answers 503 while the server does not answer, and recovers by itself', () =>
        withRig(own, 2, async ({ database, proxy }) => {
          await put(database, 'a');
          proxy.freeze();
          await Promise.all([
            refusal(() => put(database, 'b')),
            refusal(() => database.run(() => put(database, 'c'))),
            refusal(() => keys(database)),
            refusal(() => keys(database)),
          ]);
          proxy.thaw();
          const elapsedMs = LoopLateness.stopwatch();
          while (!(await keys(database).catch(() => undefined))) await sleep(50);
          expect(elapsedMs()).toBeLessThan(5000);
          expect(await keys(database, 'a')).toEqual(['a']);
        }));

      it('gives up a connection that leads nowhere, after one 503', () =>
        withRig(own, 1, async ({ database, proxy }) => {
          await put(database, 'a');
          proxy.strand();
          await refusal(() => put(database, 'b'));
          await sleep(600);
          await put(database, 'c');
          proxy.strand();
          await refusal(() => database.run(() => put(database, 'd')));
          await sleep(600);
          expect(await keys(database)).toEqual(['a', 'c']);
        }));

      it('survives the loss of every connection, idle or in use', () =>
        withRig(own, 3, async ({ database, proxy }) => {
          await Promise.all([1, 2, 3].map(() => keys(database)));
          proxy.cut();
          await noticed();
          await put(database, 'a');
          await refusal(() =>
            database.run(async () => {
              await put(database, 'b');
              proxy.cut();
              await sleep(20);
              await put(database, 'c');
            }),
          );
          await sleep(50);
          expect(await keys(database)).toEqual(['a']);
        }));

      it('answers 503 when the reply to COMMIT is lost, although it was kept', () =>
        withRig(own, 2, async ({ database, proxy }) => {
          let attempts = 0;
          proxy.swallowAnswerTo = (data) => {
            if (!data.includes('COMMIT')) return false;
            setTimeout(() => proxy.cut(), 100);
            return true;
          };
          await refusal(() =>
            database.run(async () => {
              attempts += 1;
              await put(database, 'a');
            }),
          );
          expect(attempts).toBe(1);
          await sleep(50);
          expect(await keys(database)).toEqual(['a']);
        }));

      it('answers 503 after a statement waited too long for a lock, and lets go of its own', () =>
        withRig(own, 4, async ({ database, test }) => {
          await put(database, 'x');
          await put(database, 'y');
          const other = new DataSource({ type: engine, url: test.options.url, poolSize: 1 });
          await other.initialize();
          const holder = other.createQueryRunner();
          await holder.startTransaction();
          await holder.query("UPDATE nauth_transient SET entry_count = 9 WHERE entry_key = 'x'");
          await refusal(() =>
            database.run(async () => {
              await bump(database, 'y');
              await bump(database, 'x');
            }),
          );
          // The first row is free again although the second is still locked.
          await sleep(600);
          await bump(database, 'y');
          await holder.rollbackTransaction();
          await holder.release();
          await bump(database, 'x');
          await other.destroy();
        }));
    });

    it('is said to be gone after close', async () => {
      await withRig(true, 1, async ({ database }) => {
        await database.close();
        await refusal(() => keys(database));
      });
    });
  });
}
