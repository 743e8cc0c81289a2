/** Rows in one statement, so that none holds its locks for long. */
const BATCH = 500;
/** Batches in one round, so that a backlog does not occupy the database. */
const MAX_BATCHES = 20;

/**
 * Removes rows in batches of 500 until there are no more, 20 batches at most.
 * @param remove removes at most `limit` rows; answers how many it found
 * @param stopped ends it between two batches
 */
export async function inBatches(
  remove: (limit: number) => Promise<number>,
  stopped: () => boolean = () => false,
): Promise<void> {
  for (let batch = 0; batch < MAX_BATCHES && !stopped(); batch += 1) {
    if ((await remove(BATCH)) < BATCH) return;
  }
}
