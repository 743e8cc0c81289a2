import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, UNIT_OF_WORK, type Clock, type UnitOfWork } from '../common';
import { OUTSIDE_OF_CHAIN, type AuditChain, type StoredAuditEvent } from './audit-event';
import { AUDIT_CHAIN_REPOSITORY, type AuditChainRepository, type ChainLink } from './audit-chain.repository';
import { AuditSigner } from './audit-signer';

/** How long instances of an earlier version may go on writing events without a MAC beside this one. */
const UPGRADE_MS = 24 * 3600_000;

/** A tenant whose chain cannot go on is left alone for so long. */
const HALT_MS = 60_000;

/** Another instance has moved the chain meanwhile; what this one was about to do is undone. */
class ChainMovedError extends Error {}

/** How a chain moves: its head afterwards, and what goes with it. */
export interface ChainMove {
  head: Omit<AuditChain, 'mac'>;
  apply: () => Promise<void>;
}

/**
 * The chains of events, one for each tenant. Whatever moves a chain does so by one conditional statement on its head,
 * which only succeeds on the head that was read before. So any number of instances at once make one chain.
 */
@Injectable()
export class AuditChains {
  private readonly logger = new Logger('AuthAuditService');
  /** Places that this process has seen; a head behind them has been set back. */
  private readonly reached = new Map<string, number>();
  private readonly haltedUntil = new Map<string, number>();

  constructor(
    @Inject(AUDIT_CHAIN_REPOSITORY) private readonly repository: AuditChainRepository,
    @Inject(AuditSigner) private readonly signer: AuditSigner,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Gives events that have no place yet theirs, oldest first. Those that become visible late are given a later one.
   *
   * @returns how many events were dealt with; fewer than `limit` when no more are waiting
   */
  async sealNext(limit: number): Promise<number> {
    const events = await this.repository.findUnsealed(limit, this.halted());
    const genuine = await this.setAside(events);
    for (const [tenant, own] of byTenant(genuine)) {
      if (!(await this.sealTenant(tenant, own)) && !this.haltedUntil.has(tenant)) return 0;
    }
    return events.length;
  }

  /**
   * Replaces the head of a chain and does what goes with it, as one unit.
   *
   * @returns false when another instance was first, when there is no chain, or when its head is not genuine
   */
  async move(tenant: string, plan: (chain: AuditChain) => Promise<ChainMove | undefined>): Promise<boolean> {
    try {
      return await this.unitOfWork.run(async () => {
        const chain = await this.repository.findChain(tenant);
        const move = chain && this.isGenuine(chain) ? await plan(chain) : undefined;
        if (!chain || !move) return false;
        // The head first: who finds it moved has locked nothing else.
        if (!(await this.repository.replaceChain(this.signer.signChain(move.head), chain.mac)))
          throw new ChainMovedError();
        await move.apply();
        this.unitOfWork.afterCommit(() => this.reached.set(tenant, move.head.sequence));
        return true;
      });
    } catch (error) {
      if (error instanceof ChainMovedError) return false;
      throw error;
    }
  }

  /** Rows that nobody with the key has written never become part of a chain. */
  private async setAside(events: readonly StoredAuditEvent[]): Promise<StoredAuditEvent[]> {
    const unprotected = events.filter(({ mac }) => mac === null);
    const signed = events.filter(({ mac }) => mac !== null);
    const foreign = signed.filter((event) => this.signer.checkEvent(event) === 'differs');
    await this.repository.setAside(
      unprotected.map(({ id }) => id),
      OUTSIDE_OF_CHAIN.unprotected,
    );
    if (foreign.length > 0) {
      this.logger.error(
        `Audit events that this application did not write: ${foreign.map(({ id }) => id).join(', ')}`,
      );
      await this.repository.setAside(
        foreign.map(({ id }) => id),
        OUTSIDE_OF_CHAIN.foreign,
      );
    }
    return signed.filter((event) => !foreign.includes(event));
  }

  private async sealTenant(tenant: string, events: readonly StoredAuditEvent[]): Promise<boolean> {
    if (!(await this.repository.findChain(tenant))) await this.begin(tenant);
    return this.move(tenant, async (chain) => {
      const links = this.linksBehind(chain, events);
      const last = links.at(-1);
      if (!last) return undefined;
      const apply = async (): Promise<void> => {
        // Rows that were given a place, or removed, since they were read.
        if ((await this.repository.link(links)) !== links.length) throw new ChainMovedError();
      };
      return { head: { ...chain, sequence: last.sequence, hash: last.chainHash }, apply };
    });
  }

  private linksBehind(chain: AuditChain, events: readonly StoredAuditEvent[]): ChainLink[] {
    const links: ChainLink[] = [];
    let { sequence, hash } = chain;
    for (const { id, mac } of events) {
      if (mac === null) continue;
      sequence += 1;
      hash = this.signer.link(chain.tenant, hash, sequence, mac);
      links.push({ id, sequence, chainHash: hash });
    }
    return links;
  }

  private async begin(tenant: string): Promise<void> {
    if ((await this.repository.readChain(tenant, 0, undefined, 1)).length > 0) {
      this.halt(tenant, 'is missing');
      return;
    }
    const startedAt = new Date(this.clock.now());
    const upgraded = await this.repository.hasUnprotected(tenant);
    const chain = this.signer.signChain({
      tenant,
      sequence: 0,
      hash: '',
      prunedSequence: 0,
      prunedHash: '',
      startedAt,
      unprotectedUntil: upgraded ? new Date(startedAt.getTime() + UPGRADE_MS) : null,
    });
    await this.repository.insertChain(chain);
  }

  private isGenuine(chain: AuditChain): boolean {
    const verdict = this.signer.checkChain(chain);
    if (verdict === 'unknown_key') this.halt(chain.tenant, 'was signed with a key that is not configured');
    else if (verdict === 'differs') this.halt(chain.tenant, 'was changed');
    else if (chain.sequence < (this.reached.get(chain.tenant) ?? 0)) this.halt(chain.tenant, 'was set back');
    else return true;
    return false;
  }

  /** To go on from a head that is not genuine would be to vouch for it. */
  private halt(tenant: string, why: string): void {
    this.haltedUntil.set(tenant, performance.now() + HALT_MS);
    this.logger.error(`The head of the audit chain of tenant ${tenant} ${why}; events wait unsealed.`);
  }

  private halted(): string[] {
    for (const [tenant, until] of this.haltedUntil)
      if (performance.now() >= until) this.haltedUntil.delete(tenant);
    return [...this.haltedUntil.keys()];
  }
}

function byTenant(events: readonly StoredAuditEvent[]): Map<string, StoredAuditEvent[]> {
  const groups = new Map<string, StoredAuditEvent[]>();
  for (const event of events) {
    const group = groups.get(event.tenant);
    if (group) group.push(event);
    else groups.set(event.tenant, [event]);
  }
  return groups;
}
