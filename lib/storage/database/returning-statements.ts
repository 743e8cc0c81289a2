import { textOf, type TransientStatements } from './transient-statements';

const INSERT = 'INSERT INTO {table} AS entry (entry_key, entry_value, entry_count, expires_at_ms)';

/** For engines with ON CONFLICT and RETURNING: PostgreSQL and SQLite. */
export const returningStatements: TransientStatements = {
  async increment(run, entry) {
    const { rows } = await run(
      `${INSERT} VALUES (:key, NULL, 1, :expires)
       ON CONFLICT (entry_key) DO UPDATE SET
         entry_value = CASE WHEN entry.expires_at_ms <= :now THEN NULL ELSE entry.entry_value END,
         entry_count = CASE WHEN entry.expires_at_ms <= :now THEN 1 ELSE entry.entry_count + 1 END,
         expires_at_ms = CASE WHEN entry.expires_at_ms <= :now THEN excluded.expires_at_ms
           ELSE entry.expires_at_ms END
       RETURNING entry_count, expires_at_ms`,
      { ...entry },
    );
    return { count: Number(rows[0]?.entry_count), expires: Number(rows[0]?.expires_at_ms) };
  },

  async set(run, { key, value, expires }) {
    await run(
      `${INSERT} VALUES (:key, :value, 0, :expires)
       ON CONFLICT (entry_key) DO UPDATE SET
         entry_value = excluded.entry_value, entry_count = 0, expires_at_ms = excluded.expires_at_ms`,
      { key, value, expires },
    );
  },

  async setIfAbsent(run, entry) {
    const { rows } = await run(
      `${INSERT} VALUES (:key, :value, 0, :expires)
       ON CONFLICT (entry_key) DO UPDATE SET
         entry_value = excluded.entry_value, entry_count = 0, expires_at_ms = excluded.expires_at_ms
       WHERE entry.expires_at_ms <= :now
       RETURNING entry_key`,
      { ...entry },
    );
    return rows.length === 1;
  },

  async take(run, { key, now }) {
    const { rows } = await run(
      'DELETE FROM {table} WHERE entry_key = :key AND expires_at_ms > :now RETURNING entry_value',
      { key, now },
    );
    return textOf(rows, 'entry_value');
  },

  async compareAndDelete(run, { key, value, now }) {
    const { rows } = await run(
      `DELETE FROM {table} WHERE entry_key = :key AND entry_value = :value AND expires_at_ms > :now
       RETURNING entry_key`,
      { key, value, now },
    );
    return rows.length === 1;
  },

  async expire(run, { key, expires, now }) {
    const { rows } = await run(
      `UPDATE {table} SET expires_at_ms = :expires WHERE entry_key = :key AND expires_at_ms > :now
       RETURNING entry_key`,
      { key, expires, now },
    );
    return rows.length === 1;
  },
};
