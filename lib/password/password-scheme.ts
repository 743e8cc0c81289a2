import type { PasswordHasher } from './password-hasher';

/** One algorithm, as a part of a hasher that knows several. */
export interface PasswordScheme extends PasswordHasher {
  /** True for a hash of this algorithm. */
  recognises(hash: string): boolean;
  /** Why its hashes cannot be verified, or undefined when they can. */
  problem(): Error | undefined;
  needsRehash(hash: string): boolean;
  /** The work of one verification, for nothing (R014). */
  spend(password: string): Promise<void>;
}
