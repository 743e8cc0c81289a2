/** Short-lived state that instances share. Keys are made by the toolkit from digests, never from raw user text (R025). */
export interface TransientStore {
  /**
   * Adds one to a counter, atomically. A counter that does not exist, or has expired, starts at 1 and lives `ttlMs`
   * from then; a later increment does not prolong it. Counter and expiry are written together (R022).
   */
  increment(key: string, ttlMs: number): Promise<CounterState>;
  /**
   * Takes one off a live counter, atomically: never below 0, and never changing when the counter ends. Does nothing where
   * there is no live counter.
   */
  decrement(key: string): Promise<void>;
  /** Stores a value for `ttlMs`, replacing what is there. */
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** Stores a value for `ttlMs` unless there is a live one; true for exactly one of any number of callers. */
  setIfAbsent(key: string, value: string, ttlMs: number): Promise<boolean>;
  get(key: string): Promise<string | null>;
  /** Returns a live value and removes it; a value for exactly one of any number of callers. */
  take(key: string): Promise<string | null>;
  /** Removes the key if it holds exactly this value; true when this call removed it. */
  compareAndDelete(key: string, value: string): Promise<boolean>;
  delete(key: string): Promise<void>;
  /** Sets a new remaining life on a live key, value or counter; true when there was one. */
  expire(key: string, ttlMs: number): Promise<boolean>;
  /** Opens what the store needs; called once at start. */
  open?(): Promise<void>;
  /** Releases connections and timers; called once at shutdown. */
  close?(): Promise<void>;
}

export interface CounterState {
  count: number;
  /** Remaining life of the counter in milliseconds, more than 0. */
  ttlMs: number;
}

export const TRANSIENT_STORE = Symbol('nauth.transientStore');
