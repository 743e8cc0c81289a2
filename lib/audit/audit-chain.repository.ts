import type { AuditChain, AuditPersonalData, StoredAuditEvent } from './audit-event';

export const AUDIT_CHAIN_REPOSITORY = Symbol('nauth.auditChainRepository');

/** An event's place in its chain. */
export interface ChainLink {
  id: string;
  sequence: number;
  chainHash: string;
}

/** The personal data that are left of an event, and the MAC that says so. */
export interface Erasure extends AuditPersonalData {
  id: string;
  erasureMac: string | null;
}

export interface AuditChainRepository {
  /** Events without a place, oldest first, of all tenants but those of `except`. */
  findUnsealed(limit: number, except: readonly string[]): Promise<StoredAuditEvent[]>;
  /** Gives events a place outside of the chain, unless they have one already. */
  setAside(ids: readonly string[], sequence: number): Promise<void>;

  findChain(tenant: string): Promise<AuditChain | null>;
  /** Does nothing where the tenant has a chain. */
  insertChain(chain: AuditChain): Promise<void>;
  /** One conditional statement; true when the chain was as `previousMac` says, for exactly one of any number of callers. */
  replaceChain(chain: AuditChain, previousMac: string): Promise<boolean>;
  /** Gives events that have none their place; the number of those that had none. */
  link(links: readonly ChainLink[]): Promise<number>;

  /** Every tenant that has events or a chain, by name. */
  tenants(): Promise<string[]>;
  /**
   * Events of the chain behind the place `after`, in its order. With `afterId`, also those at that place with a greater
   * id: there should be none.
   */
  readChain(
    tenant: string,
    after: number,
    afterId: string | undefined,
    limit: number,
  ): Promise<StoredAuditEvent[]>;
  /** Events that have no place in the chain: those with this `sequence`, by id, behind `afterId`. */
  readOutside(
    tenant: string,
    sequence: number | null,
    afterId: string | undefined,
    limit: number,
  ): Promise<StoredAuditEvent[]>;
  /** True when there are events without a MAC from an earlier version. */
  hasUnprotected(tenant: string): Promise<boolean>;

  /** Removes the events of the chain up to and with `sequence`. */
  removeUpTo(tenant: string, sequence: number): Promise<void>;
  /** Removes events outside of the chain that are older than `before`, at most `limit`; the number removed. */
  removeOutside(before: Date, limit: number): Promise<number>;

  /** Events that name the person as user or as actor. */
  findOfPerson(userId: string, limit: number): Promise<StoredAuditEvent[]>;
  /** Replaces the personal data of an event. */
  erase(erasure: Erasure): Promise<void>;
}
