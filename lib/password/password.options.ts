import type { PasswordHasher } from './password-hasher';

export interface PasswordOptions {
  /** Shortest password, in Unicode code points. Default 8 (R001). */
  minLength?: number;
  /** Longest password, in Unicode code points, checked before anything else looks at it. Default 128 (R006). */
  maxLength?: number;
  /** 'bcrypt', or a hasher of your own. Default 'bcrypt'. */
  hasher?: 'bcrypt' | PasswordHasher;
  /** bcrypt work factor, 10 to 16 (4 to 16 outside production). Default 12. */
  bcryptCost?: number;
  hashing?: {
    /** Hashes that run at once. Default: the processors, but at least 1 and at most 2 below the libuv pool. */
    concurrency?: number;
    /** Hashes that may wait; one more is refused with SERVICE_UNAVAILABLE. Default 512. */
    maxQueue?: number;
    /** Longest time that a hash is expected to wait; beyond, it is refused at once. Default 15s. */
    maxWait?: string | number;
  };
}

export interface ResolvedPasswordOptions {
  minLength: number;
  maxLength: number;
  hasher: 'bcrypt' | PasswordHasher;
  bcryptCost: number;
  hashing: { concurrency: number; maxQueue: number; maxWaitMs: number };
}

/** Token of the ResolvedPasswordOptions. */
export const PASSWORD_OPTIONS = Symbol('nauth.passwordOptions');
