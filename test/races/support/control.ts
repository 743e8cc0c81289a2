/** A mistake shows when two requests meet at the right moment, which may take a few runs; without it no run may fail. */
const MOST_RUNS = 10;

/** Facts of the first run in which the mistake shows, else those of the last one. */
export async function untilSeen(
  run: () => Promise<object>,
  symptom: (facts: Record<string, unknown>) => boolean,
): Promise<object> {
  let facts = await run();
  for (let runs = 1; runs < MOST_RUNS && !symptom({ ...facts }); runs += 1) facts = await run();
  return facts;
}
