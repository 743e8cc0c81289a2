import type { ClientInfo } from '../context';

/**
 * Whether a client has signed in to an account before. Such a client has attempts of its own, so that a stranger who
 * spends those of the account does not keep its owner out (R023), and it stays served while a flood of wrong passwords
 * is held back (R027).
 */
export interface KnownClients {
  /**
   * What the client is known by for this user: `device:<id>` by the device token that it presents, `network:<network>`
   * by where it comes from; undefined for a stranger. Costs the same whether the user exists or not, and throws only
   * when its source cannot be asked.
   */
  isKnown(userId: string, client: ClientInfo | undefined): Promise<string | undefined>;
}

/** Token of the KnownClients. */
export const KNOWN_CLIENTS = Symbol('nauth.knownClients');

/** Knows nobody: every client is a stranger. */
export const noKnownClients: KnownClients = { isKnown: () => Promise.resolve(undefined) };
