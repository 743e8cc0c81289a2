/** Turns passwords into strings that can be stored, one way. Implementations run off the event loop. */
export interface PasswordHasher {
  /** A self-describing hash of the password, with a random salt. */
  hash(password: string): Promise<string>;
  /** True when the password belongs to the hash. False for a hash of unknown form; never throws for one. */
  verify(password: string, hash: string): Promise<boolean>;
  /** True for a hash that `hash` would make stronger today. Left out: never (R009). */
  needsRehash?(hash: string): boolean;
}

export const PASSWORD_HASHER = Symbol('nauth.passwordHasher');
