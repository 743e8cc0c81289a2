/** For `vi.waitFor`, which otherwise waits for a second only: after this time, in milliseconds, it is a hang. */
export const PATIENCE_MS = 15_000;
