/** How long a factor that is being set up waits for its proof (R085). */
export const PENDING_LIFE_MS = 15 * 60_000;
