import type { RunSql } from './sql-statement';
import { textOf, type Entry, type TransientStatements } from './transient-statements';

const TAKE_TRIES = 3;
const WON = 1;
const LOST = 2;
/** Says that a counter starts now. A running one says its count and one more: it may have been counted down to 0. */
const FRESH = 1;

const INSERT = 'INSERT INTO {table} (entry_key, entry_value, entry_count, expires_at_ms)';
const SAME_VALUE = 'CAST(entry_value AS BINARY) = CAST(:value AS BINARY)';

/** Deletes the live entry if it holds exactly this value; true for one caller. */
async function remove(run: RunSql, { key, value, now }: Entry & { value: string }): Promise<boolean> {
  // A DELETE has no assignment that could carry the decision, but in it rows matched are rows affected.
  const { affected } = await run(
    `DELETE FROM {table} WHERE entry_key = :key AND ${SAME_VALUE} AND expires_at_ms > :now`,
    { key, value, now },
  );
  return affected === 1;
}

/**
 * For MySQL 8 and MariaDB. MySQL has no RETURNING, and the number of affected rows depends on a connection flag, so a
 * statement hands out its decision as LAST_INSERT_ID(expression): it arrives in the reply of that very statement,
 * whichever pooled connection it ran on.
 *
 * Assignments of ON DUPLICATE KEY UPDATE happen from left to right and see each other: `expires_at_ms`, on which the
 * others decide, is written last. Values are compared as bytes, whatever collation the column has.
 */
export const mysqlStatements: TransientStatements = {
  async increment(run, { key, expires, now }) {
    const { insertId } = await run(
      `${INSERT} VALUES (:key, NULL, LAST_INSERT_ID(${FRESH}), :expires)
       ON DUPLICATE KEY UPDATE
         entry_value = IF(expires_at_ms <= :now, NULL, entry_value),
         entry_count = IF(LAST_INSERT_ID(IF(expires_at_ms <= :now, ${FRESH}, entry_count + 2)) = ${FRESH},
           1, entry_count + 1),
         expires_at_ms = IF(expires_at_ms <= :now, :expires, expires_at_ms)`,
      { key, expires, now },
    );
    if (insertId === FRESH) return { count: 1, expires };
    const { rows } = await run(
      'SELECT expires_at_ms FROM {table} WHERE entry_key = :key AND expires_at_ms > :now',
      { key, now },
    );
    // No row: it was deleted since. The count stays what it was; the longest life that it can have had is the answer.
    return { count: insertId - 1, expires: Number(rows[0]?.expires_at_ms ?? expires) };
  },

  async set(run, { key, value, expires }) {
    await run(
      `${INSERT} VALUES (:key, :value, 0, :expires)
       ON DUPLICATE KEY UPDATE entry_value = :value, entry_count = 0, expires_at_ms = :expires`,
      { key, value, expires },
    );
  },

  async setIfAbsent(run, { key, value, expires, now }) {
    const { insertId } = await run(
      `${INSERT} VALUES (:key, :value, LAST_INSERT_ID(${WON}) - ${WON}, :expires)
       ON DUPLICATE KEY UPDATE
         entry_value = IF(expires_at_ms <= :now, :value, entry_value),
         entry_count = IF(LAST_INSERT_ID(IF(expires_at_ms <= :now, ${WON}, ${LOST})) = ${WON}, 0, entry_count),
         expires_at_ms = IF(expires_at_ms <= :now, :expires, expires_at_ms)`,
      { key, value, expires, now },
    );
    return insertId === WON;
  },

  async take(run, { key, now }) {
    // Reading needs no lock: the DELETE decides, and only for the value that was read. A value that was replaced in
    // between is read again; one that keeps changing is taken by somebody else.
    for (let tries = 0; tries < TAKE_TRIES; tries += 1) {
      const { rows } = await run(
        'SELECT entry_value FROM {table} WHERE entry_key = :key AND expires_at_ms > :now',
        { key, now },
      );
      const value = textOf(rows, 'entry_value');
      if (value === null) return null;
      if (await remove(run, { key, value, now })) return value;
    }
    return null;
  },

  compareAndDelete: remove,

  async expire(run, { key, expires, now }) {
    const { insertId } = await run(
      `UPDATE {table} SET expires_at_ms = LAST_INSERT_ID(:expires)
       WHERE entry_key = :key AND expires_at_ms > :now`,
      { key, expires, now },
    );
    return insertId === expires;
  },
};
