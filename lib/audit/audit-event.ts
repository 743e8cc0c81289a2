import type { AuditDetails, AuditEventStatus, AuditEventType } from '../contracts';

/** What an event says, without anything that names or describes a person. Never holds a secret (R127). */
export interface AuditFacts {
  /** Sorts by time. */
  id: string;
  tenant: string;
  type: AuditEventType;
  status: AuditEventStatus;
  at: Date;
  sessionId: string | null;
  authMethod: string | null;
  /** A short code, such as 'wrong_password'. */
  reason: string | null;
  details: AuditDetails | null;
}

/** What an event says of persons. Can be erased without breaking the chain (R131). */
export interface AuditPersonalData {
  /** `sub` of the user that the event is about; a pseudonym after erasure. */
  userId: string | null;
  /** `sub` of who acted, where that was somebody else. Null: the user, or the system. */
  performedBy: string | null;
  ipAddress: string | null;
  ipCountry: string | null;
  ipCity: string | null;
  userAgent: string | null;
  deviceId: string | null;
  deviceType: string | null;
  platform: string | null;
  browser: string | null;
  /** Chosen by the client, so it may be anything. */
  requestId: string | null;
}

/** One event of the trail. */
export interface AuditEvent extends AuditFacts, AuditPersonalData {}

/** What makes changes to an event show. Null in events of versions that had no such protection. */
export interface AuditSeal {
  /** Salt of `piiDigest`; null after erasure, so that nothing can be guessed from the digest. */
  piiSalt: string | null;
  /** Digest of the personal data as they were when the event was written. */
  piiDigest: string | null;
  /** MAC of the facts and of `piiDigest`, made with the event: the id of its key, a dot, and the MAC. */
  mac: string | null;
  /** After erasure: MAC of `mac` and of the personal data that are left. */
  erasureMac: string | null;
  /** Place in the chain of the tenant, from 1. Null: not yet in it. 0 and -1: see OUTSIDE_OF_CHAIN. */
  sequence: number | null;
  /** MAC of `mac`, `sequence` and the chain hash of the event before. */
  chainHash: string | null;
}

export interface StoredAuditEvent extends AuditEvent, AuditSeal {}

/** Values of `sequence` for events that do not belong to a chain. */
export const OUTSIDE_OF_CHAIN = {
  /** Written by a version that knew no MAC. */
  unprotected: 0,
  /** Was not written by this application, as its MAC shows. */
  foreign: -1,
} as const;

/** The last position of the chain of a tenant, and the first that is still there. */
export interface AuditChain {
  tenant: string;
  /** Of the newest event in the chain; 0 for an empty one. */
  sequence: number;
  /** Chain hash of that event; empty for an empty chain. */
  hash: string;
  /** Of the newest event that retention has removed; 0 for none. */
  prunedSequence: number;
  /** Chain hash of that event. */
  prunedHash: string;
  startedAt: Date;
  /** Events without a MAC are taken for those of an earlier version up to this moment; null: at no time. */
  unprotectedUntil: Date | null;
  /** MAC of all the above. */
  mac: string;
}
