export interface SessionOptions {
  /** Live sessions of one user; the oldest ends when one more is opened. 0 means no limit. Default 5. */
  maxConcurrent?: number;
  /** A new login ends every other session. Default false. */
  disallowMultipleSessions?: boolean;
  /** Absolute life of a session. Default 30d. */
  maxLifetime?: string | number;
  /** A session without activity for this long ends. Default: none. */
  idleTimeout?: string | number;
}

export interface ResolvedSessionOptions {
  /** 0: no limit; 1 with disallowMultipleSessions. */
  maxConcurrent: number;
  maxLifetimeMs: number;
  idleTimeoutMs: number | undefined;
}

export const SESSION_OPTIONS = Symbol('nauth.sessionOptions');
