import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common';
import { ExclusiveTask, TRANSIENT_STORE, type TransientStore } from '../../storage';
import { toDeliveryError, type DeliveryError } from '../ports/delivery-error';
import { DeliveryQueue } from './delivery-queue';
import { FailureLog } from './failure-log';
import { ATTEMPT_MS, MessageDelivery } from './message-delivery.service';
import {
  OUTBOX_REPOSITORY,
  type Channel,
  type OutboxEntry,
  type OutboxRepository,
} from './outbox.repository';
import { retryDelay } from './retry-delay';

/** An attempt without an outcome after this time belongs to an instance that has died. */
const LOST_MS = 6 * ATTEMPT_MS;
const ROUND_MS = 60_000;
const BATCH = 500;
const CONCURRENCY = 5;
const CAPACITY = 1000;
/** Time for what waits when the application ends, then for attempts that were told to stop. */
const DRAIN_MS = 3_000;
const SETTLE_MS = 1_000;
const DATABASE_RETRY_MS = 5_000;

/** What became of messages since the start of this instance. */
export interface DeliveryCounts {
  sent: number;
  /** Attempts that failed and were followed by another one. */
  retried: number;
  /** Messages that were given up: refused for good, or too old. */
  failed: number;
  /** Messages of which nobody knows whether they were sent. They are not sent again. */
  uncertain: number;
}

/**
 * Sends what is in the outbox. The instance that wrote a message sends it at once; a round of one instance, at start and
 * every minute, finds what others left behind.
 *
 * A message is sent at most once: an attempt is claimed before it begins, and one whose outcome is not known, because an
 * answer was lost or the process died, is not repeated, unless the provider itself drops what it has had before. What
 * was certainly not sent is tried again, later and later, until it is not worth sending any more.
 */
@Injectable()
export class OutboxSender implements OnApplicationBootstrap {
  readonly counts: Readonly<Record<Channel, DeliveryCounts>> = { email: noCounts(), sms: noCounts() };
  private readonly queues: Readonly<Record<Channel, DeliveryQueue>>;
  private readonly retries = new Map<string, NodeJS.Timeout>();
  private readonly rounds: ExclusiveTask;
  private readonly stop = new AbortController();
  private readonly log = new FailureLog();

  constructor(
    @Inject(OUTBOX_REPOSITORY) private readonly outbox: OutboxRepository,
    @Inject(MessageDelivery) private readonly delivery: MessageDelivery,
    @Inject(TRANSIENT_STORE) store: TransientStore,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    const limits = { concurrency: CONCURRENCY, capacity: CAPACITY };
    this.queues = {
      email: new DeliveryQueue((id) => this.attempt(id, 'email'), limits),
      sms: new DeliveryQueue((id) => this.attempt(id, 'sms'), limits),
    };
    this.rounds = new ExclusiveTask(store, 'outbox', () => this.round(), ROUND_MS);
  }

  async onApplicationBootstrap(): Promise<void> {
    if (!this.delivery.provider('email') && !this.delivery.provider('sms')) return;
    this.rounds.start();
    // What a crash left behind goes out now. Another instance may be at it, and the database may be slow: later, then.
    await this.rounds.round().catch(() => undefined);
  }

  /** Sends a message soon. To be called when the database has it. */
  wake(id: string, channel: Channel): void {
    this.queues[channel].add(id);
  }

  /** Sends what waits, as far as there is time, and ends. What could not be sent stays in the outbox. */
  async close(): Promise<void> {
    await this.rounds.stop();
    for (const timer of this.retries.values()) clearTimeout(timer);
    this.retries.clear();
    const queues = Object.values(this.queues);
    await Promise.all(queues.map((queue) => queue.close(DRAIN_MS)));
    this.stop.abort();
    await Promise.all(queues.map((queue) => queue.settle(SETTLE_MS)));
  }

  /** Finds what waits or was left behind, and removes what is not worth sending any more. */
  private async round(): Promise<void> {
    const at = new Date(this.clock.now());
    await this.giveUpLost(at);
    for (const { id, channel } of await this.outbox.due(at, BATCH)) this.queues[channel].add(id);
    const expired = await this.outbox.deleteExpired(at, BATCH);
    if (expired > 0)
      this.log.note('expired', `Messages that could not be sent in time were removed: ${expired}.`);
  }

  private async giveUpLost(at: Date): Promise<void> {
    for (const entry of await this.outbox.lost(at, BATCH)) {
      if (this.delivery.provider(entry.channel)?.deduplicates) {
        await this.outbox.postpone(entry, at);
      } else {
        await this.outbox.remove(entry);
        this.noteUncertain(entry, 'the process ended');
      }
    }
  }

  /** Never rejects: a message that cannot be dealt with now is found by a later round. */
  private async attempt(id: string, channel: Channel): Promise<void> {
    try {
      const now = this.clock.now();
      const entry = await this.outbox.claim(id, new Date(now), new Date(now + LOST_MS));
      if (entry) await this.deliver(entry);
    } catch {
      // The database did not answer, and has said so to everybody who asked.
      this.later(id, channel, DATABASE_RETRY_MS);
    }
  }

  private async deliver(entry: OutboxEntry): Promise<void> {
    const failure = await this.delivery.send(entry, this.stop.signal).then(
      () => undefined,
      (error: unknown) => toDeliveryError(error),
    );
    if (!failure) {
      this.counts[entry.channel].sent += 1;
      await this.outbox.remove(entry);
      return;
    }
    const mayRepeat = this.delivery.provider(entry.channel)?.deduplicates ?? false;
    if (failure.outcome === 'not-sent' || (failure.outcome === 'unknown' && mayRepeat)) {
      await this.retry(entry, failure);
    } else {
      if (failure.outcome === 'unknown') this.noteUncertain(entry, failure.reason);
      else this.noteFailed(entry, failure.reason);
      await this.outbox.remove(entry);
    }
  }

  private async retry(entry: OutboxEntry, failure: DeliveryError): Promise<void> {
    const delay = this.stop.signal.aborted ? 0 : retryDelay(entry.attempts);
    const dueAt = new Date(this.clock.now() + delay);
    if (dueAt >= entry.expiresAt) {
      this.noteFailed(entry, failure.reason);
      await this.outbox.remove(entry);
      return;
    }
    this.counts[entry.channel].retried += 1;
    const next = `next attempt in ${Math.ceil(delay / 1000)} s`;
    this.log.note(`${entry.channel} retry`, `${describe(entry)} was not sent (${failure.reason}), ${next}.`);
    await this.outbox.postpone(entry, dueAt);
    this.later(entry.id, entry.channel, delay);
  }

  private later(id: string, channel: Channel, delayMs: number): void {
    // Beyond the limit the next round finds it.
    if (this.stop.signal.aborted || this.retries.size >= CAPACITY || this.retries.has(id)) return;
    const wake = (): void => {
      this.retries.delete(id);
      this.wake(id, channel);
    };
    this.retries.set(id, setTimeout(wake, delayMs).unref());
  }

  private noteFailed(entry: Described, reason: string): void {
    this.counts[entry.channel].failed += 1;
    this.log.note(`${entry.channel} failed`, `${describe(entry)} was given up (${reason}).`);
  }

  private noteUncertain(entry: Described, reason: string): void {
    this.counts[entry.channel].uncertain += 1;
    const why = 'it is not repeated, as it may have been sent';
    this.log.note(`${entry.channel} uncertain`, `${describe(entry)} was not confirmed (${reason}): ${why}.`);
  }
}

type Described = Pick<OutboxEntry, 'id' | 'channel' | 'template' | 'attempts'>;

function describe({ id, channel, template, attempts }: Described): string {
  return `The ${channel} message ${id} (${template}, attempt ${attempts})`;
}

function noCounts(): DeliveryCounts {
  return { sent: 0, retried: 0, failed: 0, uncertain: 0 };
}
