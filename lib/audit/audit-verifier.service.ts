import { Inject, Injectable } from '@nestjs/common';
import { OUTSIDE_OF_CHAIN, type AuditChain, type StoredAuditEvent } from './audit-event';
import { AUDIT_CHAIN_REPOSITORY, type AuditChainRepository } from './audit-chain.repository';
import { AuditSigner } from './audit-signer';
import type {
  AuditAnchor,
  AuditBreak,
  AuditBreakKind,
  AuditVerification,
  AuditVerifyOptions,
} from './audit-verification';

/** A place of a chain that was found right. */
interface Position {
  sequence: number;
  hash: string;
}

interface Scope {
  from: number | undefined;
  batch: number;
  anchors: readonly AuditAnchor[];
}

type Progress = Pick<AuditVerification, 'checked' | 'unsealed' | 'unprotected'>;

const DEFAULT_BATCH = 1000;
const MAX_BATCH = 10_000;
const END_OF_TIME = new Date(8.64e15);

/** Checks the trail row by row, reading in batches; writers, sealing and retention go on meanwhile. */
@Injectable()
export class AuditVerifier {
  constructor(
    @Inject(AUDIT_CHAIN_REPOSITORY) private readonly repository: AuditChainRepository,
    @Inject(AuditSigner) private readonly signer: AuditSigner,
  ) {}

  async verify(options: AuditVerifyOptions = {}): Promise<AuditVerification> {
    const { tenant, from, anchors = [] } = options;
    if (from !== undefined && tenant === undefined) throw new TypeError('verify: from needs a tenant');
    const batch = Math.min(Math.max(1, Math.trunc(options.batch ?? DEFAULT_BATCH)), MAX_BATCH);
    const named = [...(await this.repository.tenants()), ...anchors.map((anchor) => anchor.tenant)];
    const total: Progress = { checked: 0, unsealed: 0, unprotected: 0 };
    for (const name of tenant === undefined ? new Set(named) : [tenant]) {
      const own = anchors.filter((anchor) => anchor.tenant === name);
      const { progress, found } = await this.verifyTenant(name, { from, batch, anchors: own });
      total.checked += progress.checked;
      total.unsealed += progress.unsealed;
      total.unprotected += progress.unprotected;
      if (found) return { intact: false, firstBreak: found, ...total };
    }
    return { intact: true, firstBreak: null, ...total };
  }

  /** The newest place of a chain; null where there is none. */
  async head(tenant: string): Promise<AuditAnchor | null> {
    const chain = await this.repository.findChain(tenant);
    return chain && { tenant, sequence: chain.sequence, hash: chain.hash };
  }

  private async verifyTenant(
    tenant: string,
    scope: Scope,
  ): Promise<{ progress: Progress; found: AuditBreak | undefined }> {
    for (;;) {
      const progress: Progress = { checked: 0, unsealed: 0, unprotected: 0 };
      const chain = await this.repository.findChain(tenant);
      const found =
        (await this.checkHead(tenant, chain, scope)) ??
        (chain && (await this.checkChain(chain, scope, progress))) ??
        (await this.checkOutside(tenant, chain, scope, progress));
      // Retention may have removed what was being read: then the head has moved, and its word counts.
      if (!found || !chain || !(await this.wasPrunedSince(chain))) return { progress, found };
    }
  }

  private async checkHead(
    tenant: string,
    chain: AuditChain | null,
    { anchors }: Scope,
  ): Promise<AuditBreak | undefined> {
    const head = (kind: AuditBreakKind): AuditBreak => ({ kind, tenant, id: null, sequence: null });
    if (!chain) {
      const sealed = await this.repository.readChain(tenant, 0, undefined, 1);
      return sealed.length > 0 || anchors.length > 0 ? head('head') : undefined;
    }
    const verdict = this.signer.checkChain(chain);
    if (verdict === 'unknown_key') return head(verdict);
    const setBack = anchors.some((anchor) => anchor.sequence > chain.sequence);
    return verdict === 'differs' || setBack ? head('head') : undefined;
  }

  /** From the first event that retention has left, or from `scope.from`, to the head. */
  private async checkChain(
    chain: AuditChain,
    scope: Scope,
    progress: Progress,
  ): Promise<AuditBreak | undefined> {
    const { tenant } = chain;
    const start = await this.startOf(chain, scope.from);
    if (!start) return { kind: 'missing', tenant, id: null, sequence: (scope.from ?? 0) - 1 };
    let position = start;
    for await (const event of this.eventsBehind(tenant, position.sequence, scope.batch)) {
      const place = event.sequence ?? 0;
      if (place > chain.sequence) break;
      if (place > position.sequence + 1) break;
      const kind = this.checkPlace(event, position);
      if (kind) return { kind, tenant, id: event.id, sequence: event.sequence };
      position = { sequence: place, hash: event.chainHash ?? '' };
      progress.checked += 1;
      if (scope.anchors.some(({ sequence, hash }) => sequence === place && hash !== position.hash))
        return { kind: 'head', tenant, id: event.id, sequence: place };
    }
    if (position.sequence < chain.sequence)
      return { kind: 'missing', tenant, id: null, sequence: position.sequence + 1 };
    if (position.hash !== chain.hash) return { kind: 'head', tenant, id: null, sequence: null };
    return this.checkBehind(chain);
  }

  private async startOf(chain: AuditChain, from: number | undefined): Promise<Position | undefined> {
    if (from === undefined || from <= chain.prunedSequence + 1)
      return { sequence: chain.prunedSequence, hash: chain.prunedHash };
    const [before] = await this.repository.readChain(chain.tenant, from - 2, undefined, 1);
    return before?.sequence === from - 1
      ? { sequence: before.sequence, hash: before.chainHash ?? '' }
      : undefined;
  }

  /** What is wrong with an event that stands behind `position`, if anything. */
  private checkPlace(event: StoredAuditEvent, position: Position): AuditBreakKind | undefined {
    const content = this.signer.checkEvent(event);
    const place = this.signer.checkLink(event, position);
    if (content === 'unknown_key' || place === 'unknown_key') return 'unknown_key';
    if (content === 'fits') return place === 'fits' ? undefined : 'reordered';
    return place === 'fits' ? 'altered' : 'foreign';
  }

  /** Events behind the head are right when the chain has grown since; else the head was set back, or they were put there. */
  private async checkBehind(chain: AuditChain): Promise<AuditBreak | undefined> {
    const { tenant, sequence } = chain;
    const [event] = await this.repository.readChain(tenant, sequence, undefined, 1);
    if (!event) return undefined;
    const now = await this.repository.findChain(tenant);
    if (now && now.sequence > sequence && this.signer.checkChain(now) === 'fits') return undefined;
    const kind = this.signer.checkEvent(event) === 'fits' ? 'head' : 'foreign';
    return { kind, tenant, id: event.id, sequence: event.sequence };
  }

  /** Events outside of the chain: those that wait, those of earlier versions, and those that were refused. */
  private async checkOutside(
    tenant: string,
    chain: AuditChain | null,
    scope: Scope,
    progress: Progress,
  ): Promise<AuditBreak | undefined> {
    for (const sequence of [null, OUTSIDE_OF_CHAIN.unprotected, OUTSIDE_OF_CHAIN.foreign]) {
      for await (const event of this.eventsOutside(tenant, sequence, scope.batch)) {
        const kind = this.checkUnplaced(event, chain, progress);
        if (kind) return { kind, tenant, id: event.id, sequence: null };
      }
    }
    return undefined;
  }

  private checkUnplaced(
    event: StoredAuditEvent,
    chain: AuditChain | null,
    progress: Progress,
  ): AuditBreakKind | undefined {
    if (event.mac === null) {
      const until = chain ? chain.unprotectedUntil : END_OF_TIME;
      if (until === null || !(event.at <= until)) return 'foreign';
      progress.unprotected += 1;
      return undefined;
    }
    const verdict = this.signer.checkEvent(event);
    if (verdict === 'unknown_key') return verdict;
    if (verdict === 'differs' || event.sequence !== null) return 'foreign';
    progress.checked += 1;
    progress.unsealed += 1;
    return undefined;
  }

  private async wasPrunedSince(chain: AuditChain): Promise<boolean> {
    const now = await this.repository.findChain(chain.tenant);
    return (
      now !== null &&
      now.prunedSequence > chain.prunedSequence &&
      this.signer.checkChain(chain) === 'fits' &&
      this.signer.checkChain(now) === 'fits'
    );
  }

  private async *eventsBehind(tenant: string, sequence: number, batch: number) {
    let last: StoredAuditEvent | undefined;
    for (;;) {
      const after = last?.sequence ?? sequence;
      const events = await this.repository.readChain(tenant, after, last?.id, batch);
      yield* events;
      last = events.at(-1);
      if (!last || events.length < batch) return;
    }
  }

  private async *eventsOutside(tenant: string, sequence: number | null, batch: number) {
    let after: string | undefined;
    for (;;) {
      const events = await this.repository.readOutside(tenant, sequence, after, batch);
      yield* events;
      after = events.at(-1)?.id;
      if (events.length < batch) return;
    }
  }
}
