import {
  Inject,
  Injectable,
  Logger,
  type BeforeApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { ExclusiveTask, TRANSIENT_STORE, type TransientStore } from '../storage';
import { AuditChains } from './audit-chain.service';
import { AUDIT_OPTIONS, type ResolvedAuditOptions } from './audit.options';

/** From an event to its place in the chain, when nothing else is waiting. */
const DELAY_MS = 1000;
/** Looks for events that an instance left behind when it ended. */
const SWEEP_MS = 60_000;
const LEASE_MS = 30_000;
const BATCH = 200;
/** Batches in one round, so that a backlog does not occupy the database. */
const MAX_BATCHES = 50;

/**
 * Puts events into their chains, some time after they were written: who writes one waits for nobody. Works only when
 * this instance has written something, and once a minute.
 */
@Injectable()
export class AuditSealer implements OnModuleInit, BeforeApplicationShutdown {
  private readonly logger = new Logger('AuthAuditService');
  private readonly task: ExclusiveTask;
  private timer: NodeJS.Timeout | undefined;
  private round: Promise<void> = Promise.resolve();
  private stopped = false;
  private failing = false;
  /** Whether the last round was this instance's to do. */
  private didWork = false;

  constructor(
    @Inject(AuditChains) private readonly chains: AuditChains,
    @Inject(TRANSIENT_STORE) store: TransientStore,
    @Inject(AUDIT_OPTIONS) private readonly options: ResolvedAuditOptions,
  ) {
    this.task = new ExclusiveTask(store, 'audit-seal', (stopped) => this.seal(stopped), SWEEP_MS, LEASE_MS);
  }

  onModuleInit(): void {
    if (this.options.enabled) this.task.start();
  }

  /** What this instance has written does not wait for the next one to come. */
  async beforeApplicationShutdown(): Promise<void> {
    const waiting = this.timer !== undefined;
    this.stopped = true;
    clearTimeout(this.timer);
    await this.task.stop();
    await this.round;
    if (waiting) await this.task.round().catch(() => undefined);
  }

  /** Seals soon. To be called after an event was committed. */
  wake(): void {
    if (this.timer !== undefined || this.stopped) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.round = this.run();
    }, DELAY_MS).unref();
  }

  /** One round of this instance, whether another one is at it or not. */
  async seal(stopped: () => boolean = () => false): Promise<void> {
    this.didWork = true;
    for (let batch = 0; batch < MAX_BATCHES && !stopped(); batch += 1) {
      if ((await this.chains.sealNext(BATCH)) < BATCH) return;
    }
    this.wake();
  }

  private async run(): Promise<void> {
    this.didWork = false;
    try {
      await this.task.round(() => this.stopped);
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.logger.warn(`Audit events wait to be sealed: ${String(error)}`);
      this.failing = true;
      return;
    }
    // Another instance is at it and may have looked before our events were there.
    if (!this.didWork) this.wake();
  }
}
