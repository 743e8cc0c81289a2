/** A collection of passwords that stood in data breaches (R004). */
export interface BreachedPasswords {
  /**
   * Whether the password, in the form NFKC, stands in the collection. Rejects when there is no answer. What it sends out
   * must not tell the password.
   * @param signal aborted when the time for the answer is over
   */
  has(password: string, signal: AbortSignal): Promise<boolean>;
}

/** Token of the BreachedPasswords. */
export const BREACHED_PASSWORDS = Symbol('nauth.breachedPasswords');
