import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { CLOCK, type Clock } from '../common';
import { ExclusiveTask, TRANSIENT_STORE, type TransientStore } from '../storage';
import { AuditChains, type ChainMove } from './audit-chain.service';
import type { AuditChain } from './audit-event';
import { AUDIT_CHAIN_REPOSITORY, type AuditChainRepository } from './audit-chain.repository';
import { AUDIT_OPTIONS, type ResolvedAuditOptions } from './audit.options';

const INTERVAL_MS = 10 * 60_000;
const BATCH = 500;
/** Batches of one tenant in one round, so that a backlog does not occupy the database. */
const MAX_BATCHES = 200;

/**
 * Removes events that are older than `auditLogs.retentionDays` (R131), from the beginning of each chain, in small
 * batches. The head of the chain keeps the last place that was removed, so that what is left can still be verified.
 */
@Injectable()
export class AuditPruner implements OnModuleInit, BeforeApplicationShutdown {
  private readonly task: ExclusiveTask;

  constructor(
    @Inject(AuditChains) private readonly chains: AuditChains,
    @Inject(AUDIT_CHAIN_REPOSITORY) private readonly repository: AuditChainRepository,
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
    const oldest = await this.repository.readChain(chain.tenant, chain.prunedSequence, undefined, BATCH);
    const firstToStay = oldest.findIndex(({ at, sequence }) => at >= before || sequence === null);
    const last = oldest.at(firstToStay < 0 ? -1 : firstToStay - 1);
    if (firstToStay === 0 || !last || last.sequence === null) return undefined;
    if (last.sequence > chain.sequence) return undefined;
    const { sequence } = last;
    return {
      head: { ...chain, prunedSequence: sequence, prunedHash: last.chainHash ?? '' },
      apply: () => this.repository.removeUpTo(chain.tenant, sequence),
    };
  }
}
