import 'reflect-metadata';
import { NAuth, type NAuthCore } from '@nauth-toolkit/nestjs';
import { expect, it } from 'vitest';
import { openDatabase, TypeormSessionFeed, TypeormSessionRepository } from '../../lib/persistence';
import { resolveConfig } from '../../lib/config';
import { SessionCleaner } from '../../lib/sessions';
import { createTestDatabase, describeEachEngine } from '../support/services';
import { account, testConfig } from './nest/support';

const DAY_MS = 24 * 3600_000;

describeEachEngine('SessionCleaner', (engine) => {
  it('removes sessions past their end and old notes, and nothing that may still be asked for', async () => {
    const test = await createTestDatabase(engine);
    let now = Date.now();
    const clock = { now: () => now };
    const config = testConfig({ database: test.options, clock, session: { maxConcurrent: 1 } });
    const nauth = await NAuth.create({ config, adapter: { attach: (core: NAuthCore) => ({ core }) } });
    const database = await openDatabase(resolveConfig(config));
    const count = async (table: 'sessions' | 'session_changes'): Promise<number> => {
      const [row] = await database.execute((manager) =>
        manager.query<{ n: number | string }[]>(`SELECT count(*) AS n FROM ${database.tableName(table)}`),
      );
      return Number(row?.n);
    };
    const sessions = new TypeormSessionRepository(database);
    const cleaner = new SessionCleaner(sessions, new TypeormSessionFeed(database), clock);
    try {
      const { email: identifier, password } = account;
      await nauth.authService.signup(account);
      now += 5 * DAY_MS;
      await nauth.authService.login({ identifier, password });
      expect([await count('sessions'), await count('session_changes')]).toEqual([2, 1]);
      await cleaner.clean();
      expect([await count('sessions'), await count('session_changes')]).toEqual([2, 1]);
      now += 26 * DAY_MS;
      await cleaner.clean();
      expect([await count('sessions'), await count('session_changes')]).toEqual([1, 0]);
      now += 5 * DAY_MS;
      await cleaner.clean();
      expect(await count('sessions')).toBe(0);
    } finally {
      await nauth.close();
      await database.close();
      await test.drop();
    }
  });
});
