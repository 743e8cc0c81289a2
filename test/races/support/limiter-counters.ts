import type { Redis } from 'ioredis';
import type { DataSource } from 'typeorm';

/** What is seen of the limiter's counters in the store of a race. */
export interface CounterFacts {
  /** The highest count of wrong passwords of one account. */
  highest: number;
  /** Counters that are there. */
  counters: number;
  /** Those of them that nothing ends (R022). */
  withoutEnd: number;
}

const ACCOUNT = 'limit:login-account:';

export async function countersInDatabase(looker: DataSource): Promise<CounterFacts> {
  const rows: Record<string, unknown>[] = await looker.query(
    "SELECT entry_key AS name, entry_count AS held, expires_at_ms AS ends FROM nauth_transient WHERE entry_key LIKE 'limit:%'",
  );
  return facts(
    rows.map(({ name, held, ends }) => ({
      name: String(name),
      count: Number(held),
      endsIn: Number(ends) - Date.now(),
    })),
  );
}

export async function countersInRedis(redis: Redis): Promise<CounterFacts> {
  const keys = await redis.keys('nauth:limit:*');
  return facts(
    await Promise.all(
      keys.map(async (key) => ({
        name: key.slice('nauth:'.length),
        count: Number(await redis.get(key)),
        endsIn: await redis.pttl(key),
      })),
    ),
  );
}

function facts(counters: readonly { name: string; count: number; endsIn: number }[]): CounterFacts {
  const ofAccounts = counters.filter(({ name }) => name.startsWith(ACCOUNT));
  return {
    highest: Math.max(0, ...ofAccounts.map(({ count }) => count)),
    counters: counters.length,
    withoutEnd: counters.filter(({ endsIn }) => !(endsIn > 0)).length,
  };
}
