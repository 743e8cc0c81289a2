/**
 * - `altered`: an event of the chain is not as it was written.
 * - `missing`: events of the chain are gone.
 * - `reordered`: an event stands at a place that is not its own.
 * - `foreign`: a row was not written by this application; or it was, and was changed before it was sealed.
 * - `head`: the head of the chain is missing, was changed or was set back, or an anchor is not in the chain.
 * - `unknown_key`: a MAC names a key that is not in `encryption.keys`, so nothing can be said of it.
 */
export type AuditBreakKind = 'altered' | 'missing' | 'reordered' | 'foreign' | 'head' | 'unknown_key';

/** The first place at which the trail is not what it should be. */
export interface AuditBreak {
  kind: AuditBreakKind;
  tenant: string;
  /** The event; null where there is none, because it is missing or the head is meant. */
  id: string | null;
  /** The place in the chain; null for a row outside of it. */
  sequence: number | null;
}

/** A position of a chain, for keeping where the database cannot reach. */
export interface AuditAnchor {
  tenant: string;
  sequence: number;
  hash: string;
}

export interface AuditVerifyOptions {
  /** Default: every tenant. */
  tenant?: string;
  /** Begins at this place of the chain; what comes before is taken as it is. Needs `tenant`. */
  from?: number;
  /** Events read at once, 1 to 10 000. Default 1000. */
  batch?: number;
  /** Earlier positions (`getChainHead`) that have to be in the chains. */
  anchors?: readonly AuditAnchor[];
}

export interface AuditVerification {
  intact: boolean;
  firstBreak: AuditBreak | null;
  /** Events that were checked. */
  checked: number;
  /** Of these, events that are not yet in a chain. */
  unsealed: number;
  /** Events of versions that had no protection. They are not checked. */
  unprotected: number;
}
