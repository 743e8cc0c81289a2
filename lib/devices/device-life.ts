const DAY_MS = 24 * 3600_000;

/** A device that has not signed in for this long is forgotten. */
export const DEVICE_LIFE_MS = 180 * DAY_MS;

/** A network counts as known for this long after a sign-in from it. */
export const NETWORK_LIFE_MS = 90 * DAY_MS;
