import type { Passkey, PasskeyUse } from './passkey';

export const PASSKEY_REPOSITORY = Symbol('nauth.passkeyRepository');

/**
 * Every change is one conditional statement. Every method throws NAuthException SERVICE_UNAVAILABLE when the database
 * cannot answer (R148).
 */
export interface PasskeyRepository {
  /** False when the credential is known already, whoever has it: it never changes hands (R098). */
  insert(passkey: Passkey): Promise<boolean>;
  /** Of the account, oldest first. */
  findAll(userId: string): Promise<Passkey[]>;
  findByCredentialId(credentialId: string): Promise<Passkey | null>;
  /**
   * Notes an assertion, if its counter is beyond the stored one or neither counts: parallel assertions never set it
   * back (R099). False when it is not, or the credential is gone.
   */
  recordUse(deviceId: string, use: PasskeyUse): Promise<boolean>;
  /** What authenticators know the account by: random, always the same for an account, and not its `sub`. */
  handleOf(userId: string): Promise<string | null>;
  /** Gives the account this handle unless it has one; answers the one that it has. */
  keepHandle(userId: string, handle: string): Promise<string>;
}
