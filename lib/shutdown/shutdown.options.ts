export interface ShutdownOptions {
  /**
   * How long requests are still taken once the application has been told to stop. Meanwhile `isShuttingDown()` is true,
   * so that a load balancer that asks for it takes the instance out. Default: none.
   */
  drainDelay?: string | number;
  /** Longest time from the signal until connections that are still open are cut. Default 10s. */
  timeout?: string | number;
}

export interface ResolvedShutdownOptions {
  /** Milliseconds, 0 for none. */
  drainDelayMs: number;
  timeoutMs: number;
}

export const SHUTDOWN_OPTIONS = Symbol('nauth.shutdownOptions');
