import { createHmac, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { constantTimeEqual, deriveKey, ENCRYPTION_KEYS, type EncryptionKeys } from '../common';
import type { AuditChain, AuditEvent, AuditFacts, AuditPersonalData, StoredAuditEvent } from './audit-event';
import { canonicalJson } from './canonical-json';

/** 'unknown_key': the MAC names a key that is not configured, so nothing can be said. */
export type MacVerdict = 'fits' | 'differs' | 'unknown_key';

const PURPOSE = 'audit trail';
/** Part of every MAC, so that content can gain fields one day without a MAC of today fitting it. */
const VERSION = 1;

/**
 * The MACs of the trail. All are keyed from `encryption.keys`, so who can write to the database and does not know the
 * keys can make none. Each is written as id of its key, a dot and the MAC, and is made for one purpose.
 */
@Injectable()
export class AuditSigner {
  private readonly keys: ReadonlyMap<string, Buffer>;
  private readonly current: string;

  constructor(@Inject(ENCRYPTION_KEYS) keys: EncryptionKeys) {
    this.current = keys.current;
    this.keys = new Map([...keys.keys].map(([id, key]) => [id, deriveKey(key, PURPOSE)]));
  }

  /** The event as it goes into its row. Its place in the chain comes later. */
  sign(event: AuditEvent): StoredAuditEvent {
    const piiSalt = randomBytes(16).toString('base64url');
    const piiDigest = digest(piiSalt, event);
    const mac = this.make('event', facts(event, piiDigest));
    return { ...event, piiSalt, piiDigest, mac, erasureMac: null, sequence: null, chainHash: null };
  }

  /** Whether the event is as it was written or, in its personal data, as erasure left it. */
  checkEvent(event: StoredAuditEvent): MacVerdict {
    if (event.mac === null || event.piiDigest === null) return 'differs';
    const verdict = this.check(event.mac, 'event', facts(event, event.piiDigest));
    if (verdict !== 'fits') return verdict;
    if (event.erasureMac !== null)
      return this.check(event.erasureMac, 'erasure', [event.mac, ...personalData(event)]);
    const intact = event.piiSalt !== null && constantTimeEqual(digest(event.piiSalt, event), event.piiDigest);
    return intact ? 'fits' : 'differs';
  }

  /** The MAC of an event's personal data after erasure. */
  signErasure(eventMac: string, left: AuditPersonalData): string {
    return this.make('erasure', [eventMac, ...personalData(left)]);
  }

  /** The chain hash of the event with this MAC at this place, behind an event with that chain hash. */
  link(tenant: string, previousHash: string, sequence: number, eventMac: string): string {
    return this.make('link', [tenant, previousHash, sequence, eventMac]);
  }

  /** Whether the event stands right behind the one at `previous`. */
  checkLink(event: StoredAuditEvent, previous: { sequence: number; hash: string }): MacVerdict {
    const { tenant, sequence, chainHash, mac } = event;
    if (chainHash === null || mac === null || sequence !== previous.sequence + 1) return 'differs';
    return this.check(chainHash, 'link', [tenant, previous.hash, sequence, mac]);
  }

  signChain(chain: Omit<AuditChain, 'mac'>): AuditChain {
    return { ...chain, mac: this.make('chain', chainContent(chain)) };
  }

  checkChain(chain: AuditChain): MacVerdict {
    return this.check(chain.mac, 'chain', chainContent(chain));
  }

  /** What stands for a person after erasure: the same for all of their events, and not to be made without the key. */
  pseudonym(userId: string): string {
    const bytes = this.raw(this.current, 'pseudonym', [userId]).subarray(0, 16);
    bytes.writeUInt8(0x80 | (bytes.readUInt8(6) & 0x0f), 6);
    bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
    const hex = bytes.toString('hex');
    // A UUID of version 8 (RFC 9562), because the column takes nothing else.
    return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
  }

  private make(purpose: string, content: readonly Content[]): string {
    return `${this.current}.${this.raw(this.current, purpose, content).toString('base64url')}`;
  }

  private check(mac: string, purpose: string, content: readonly Content[]): MacVerdict {
    const end = mac.lastIndexOf('.');
    const keyId = mac.slice(0, Math.max(0, end));
    if (!this.keys.has(keyId)) return 'unknown_key';
    const expected = this.raw(keyId, purpose, content).toString('base64url');
    return constantTimeEqual(mac.slice(end + 1), expected) ? 'fits' : 'differs';
  }

  private raw(keyId: string, purpose: string, content: readonly Content[]): Buffer {
    const key = this.keys.get(keyId);
    if (!key) throw new Error(`encryption.keys has no key ${keyId}`);
    return createHmac('sha256', key)
      .update(JSON.stringify([VERSION, purpose, ...content]))
      .digest();
  }
}

type Content = string | number | null;

function facts(event: AuditFacts, piiDigest: string): Content[] {
  return [
    event.id,
    event.tenant,
    event.type,
    event.status,
    momentText(event.at),
    event.sessionId,
    event.authMethod,
    event.reason,
    event.details && canonicalJson(event.details),
    piiDigest,
  ];
}

function personalData(event: AuditPersonalData): Content[] {
  return [
    event.userId,
    event.performedBy,
    event.ipAddress,
    event.ipCountry,
    event.ipCity,
    event.userAgent,
    event.deviceId,
    event.deviceType,
    event.platform,
    event.browser,
    event.requestId,
  ];
}

function chainContent(chain: Omit<AuditChain, 'mac'>): Content[] {
  return [
    chain.tenant,
    chain.sequence,
    chain.hash,
    chain.prunedSequence,
    chain.prunedHash,
    momentText(chain.startedAt),
    chain.unprotectedUntil && momentText(chain.unprotectedUntil),
  ];
}

/** Whoever tampered with a row may have left no moment in it at all. */
function momentText(moment: Date): string {
  return Number.isNaN(moment.getTime()) ? 'none' : moment.toISOString();
}

function digest(salt: string, event: AuditPersonalData): string {
  return createHmac('sha256', salt)
    .update(JSON.stringify([VERSION, ...personalData(event)]))
    .digest('base64url');
}
