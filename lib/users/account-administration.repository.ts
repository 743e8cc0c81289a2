import type { DeletedRecords } from '../contracts';

export const ACCOUNT_ADMINISTRATION = Symbol('nauth.accountAdministration');

/** Every method throws NAuthException SERVICE_UNAVAILABLE when the database cannot answer (R148). */
export interface AccountAdministration {
  /**
   * One conditional statement, which holds the row until the surrounding unit ends. A disabled account gets another
   * security version: what was proved of it before is void (R076). False when there is nothing to change.
   */
  setActive(id: string, isActive: boolean, at: Date): Promise<boolean>;
  /** The account and all that belongs to it; undefined when there is none. Part of the running unit of work. */
  delete(id: string): Promise<DeletedRecords | undefined>;
}
