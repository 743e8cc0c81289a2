import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { CLOCK, type Clock } from '../common';
import { ExclusiveTask, TRANSIENT_STORE, type TransientStore } from '../storage';
import { AuditChains, type ChainMove } from './audit-chain.service';
import type { AuditChain, StoredAuditEvent } from './audit-event';
import { AUDIT_CHAIN_REPOSITORY, type AuditChainRepository } from './audit-chain.repository';
import { AuditSigner } from './audit-signer';
import { AUDIT_OPTIONS, type ResolvedAuditOptions } from './audit.options';

const INTERVAL_MS = 10 * 60_000;
const BATCH = 500;
/** Batches of one tenant in one round, so that a backlog does not occupy the database. */
const MAX_BATCHES = 200;

/**
 * Removes events that are older than `auditLogs.retentionDays` (R131), from the beginning of each chain, in small
 * batches. The head of the chain keeps the last place that was removed, so that what is left can still be verified. An
 * event that is not as it was written stays, and all behind it: to remove it would be to vouch for what it says, and
 * whoever can write to the database could have any event removed by giving it an old date.
 */
@Injectable()
export class AuditPruner implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger('AuthAuditService');
  private readonly task: ExclusiveTask;

  constructor(
    @Inject(AuditChains) private readonly chains: AuditChains,
    @Inject(AUDIT_CHAIN_REPOSITORY) private readonly repository: AuditChainRepository,
    @Inject(AuditSigner) private readonly signer: AuditSigner,
    @Inject(TRANSIENT_STORE) store: TransientStore,
    @Inject(AUDIT_OPTIONS) private readonly options: ResolvedAuditOptions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.task = new ExclusiveTask(store, 'audit-prune', (stopped) => this.prune(stopped), INTERVAL_MS);
  }

  onModuleInit(): void {
    if (this.options.retentionMs !== undefined) this.task.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.task.stop();
  }

  /** One round; `stopped` ends it between two batches. Does nothing without a retention. */
  async prune(stopped: () => boolean = () => false): Promise<void> {
    const { retentionMs } = this.options;
    if (retentionMs === undefined) return;
    const before = new Date(this.clock.now() - retentionMs);
    for (const tenant of await this.repository.tenants()) {
      for (let batch = 0; batch < MAX_BATCHES && !stopped(); batch += 1) {
        const moved = await this.chains.move(tenant, (chain) => this.planRemoval(chain, before));
        if (!moved) break;
      }
    }
    for (let batch = 0; batch < MAX_BATCHES && !stopped(); batch += 1) {
      if ((await this.repository.removeOutside(before, BATCH)) < BATCH) return;
    }
  }

  /** The oldest events of the chain up to the first that has to stay. */
  private async planRemoval(chain: AuditChain, before: Date): Promise<ChainMove | undefined> {
    const { tenant, prunedSequence, prunedHash } = chain;
    const oldest = await this.repository.readChain(tenant, prunedSequence, undefined, BATCH);
    let last = { sequence: prunedSequence, hash: prunedHash };
    for (const event of oldest) {
      if (!(event.at < before)) break;
      const { sequence, chainHash } = event;
      if (sequence === null || chainHash === null || !this.isInPlace(event, last, chain)) {
        // What is in place before it goes first.
        if (last.sequence === prunedSequence) this.tellOf(event);
        break;
      }
      last = { sequence, hash: chainHash };
    }
    const { sequence, hash } = last;
    if (sequence === prunedSequence) return undefined;
    return {
      head: { ...chain, prunedSequence: sequence, prunedHash: hash },
      apply: () => this.repository.removeUpTo(tenant, sequence),
    };
  }

  private isInPlace(
    event: StoredAuditEvent,
    previous: { sequence: number; hash: string },
    head: AuditChain,
  ): boolean {
    return (
      previous.sequence < head.sequence &&
      this.signer.checkEvent(event) === 'fits' &&
      this.signer.checkLink(event, previous) === 'fits'
    );
  }

  private tellOf({ id, tenant }: StoredAuditEvent): void {
    this.logger.error(
      `Audit event ${id} of tenant ${tenant} is not as it was written, or not at its place; nothing is removed from there on.`,
    );
  }
}
