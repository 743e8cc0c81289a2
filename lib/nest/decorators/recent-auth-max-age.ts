/** Metadata of routes with `@RequireRecentAuth()`: milliseconds. */
export const RECENT_AUTH_MAX_AGE = 'nauth:recentAuthMaxAge';
