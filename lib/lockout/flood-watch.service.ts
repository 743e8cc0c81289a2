import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import { CLOCK, type Clock } from '../common';
import { HookRunner } from '../hooks';
import { COUNTERS, RATE_LIMITS_OPTIONS, RateLimitExceeded, type Counters } from '../rate-limit';
import type { RateLimit, ResolvedFloodOptions, ResolvedRateLimitsOptions } from '../rate-limit';
import { LOCKOUT_OPTIONS, type ResolvedLockoutOptions } from './lockout.options';

const KEY = 'limit:login-flood';
/** Steps in which failures are counted up to the alert: more would cost more round trips, fewer would see less. */
const STEPS_TO_ALERT = 10;
const MAX_NETWORKS = 1000;

type Level = 'suspected' | 'restricted';

/** What the audit trail calls them. */
const REASONS: Record<Level, string> = {
  suspected: 'failed_login_flood',
  restricted: 'unknown_clients_held_back',
};

/** A time in which clients that an account does not know are held back, and what was seen of them in it. */
interface Restriction {
  until: number;
  refused: number;
  admitted: number;
  failed: number;
}

/**
 * Watches failed logins altogether, which is where one password tried on many accounts from many networks shows (R027).
 * From one threshold on it raises an alert; from another one it holds back clients that the account does not know, but
 * for a few, in each instance. What those few turn out to be decides how long that lasts: it goes on while as many logins
 * as the threshold would have failed.
 *
 * All instances count in one counter, each a handful of failures at a time. A detection may lag by those; nothing that
 * protects a single account rests on it.
 */
@Injectable()
export class FloodWatch {
  private readonly options: ResolvedFloodOptions | undefined;
  private readonly limit: RateLimit | undefined;
  private readonly raised = new Map<Level, number>();
  private seen = { since: -Infinity, failures: 0, networks: new Set<string>() };
  private restriction: Restriction | undefined;

  constructor(
    @Inject(COUNTERS) private readonly counters: Counters,
    @Inject(AuthAuditService) private readonly audit: Pick<AuthAuditService, 'recordRefusal'>,
    @Inject(HookRunner) private readonly hooks: Pick<HookRunner, 'notify'>,
    @Inject(LOCKOUT_OPTIONS) lockout: ResolvedLockoutOptions,
    @Inject(RATE_LIMITS_OPTIONS) { login }: Pick<ResolvedRateLimitsOptions, 'login'>,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.options = lockout.enabled ? login.flood : undefined;
    this.limit = this.options && {
      name: 'login-flood',
      max: this.options.unknownClients,
      windowMs: this.options.windowMs,
      code: 'RATE_LIMIT_LOGIN',
      believeMs: 0,
    };
  }

  /** Clients that an account does not know are being held back. */
  get isOn(): boolean {
    return this.current() !== undefined;
  }

  /** As `isOn`, and the few that are let pass have passed. */
  get isFull(): boolean {
    const restriction = this.current();
    return restriction !== undefined && this.limit !== undefined && restriction.admitted >= this.limit.max;
  }

  /**
   * Lets a client that the account does not know pass; a refusal while such clients are held back, but for a few. Costs
   * no round trip.
   */
  refusalOfStranger(): RateLimitExceeded | undefined {
    const restriction = this.current();
    if (!restriction || !this.limit) return undefined;
    if (restriction.admitted < this.limit.max) {
      restriction.admitted += 1;
      return undefined;
    }
    restriction.refused += 1;
    return new RateLimitExceeded(this.limit, restriction.until - this.clock.now());
  }

  /** Notes a failed login. Never throws: what cannot be counted changes no answer. */
  async failed(network: string, byStranger: boolean): Promise<void> {
    if (!this.options) return;
    const restriction = this.current();
    if (restriction && byStranger) restriction.failed += 1;
    if (this.isStepDone(network, this.options)) await this.count(this.options).catch(() => undefined);
  }

  private isStepDone(network: string, { alert, windowMs }: ResolvedFloodOptions): boolean {
    const now = this.clock.now();
    if (now - this.seen.since >= windowMs || now < this.seen.since) {
      this.seen = { since: now, failures: 0, networks: new Set() };
    }
    this.seen.failures += 1;
    if (this.seen.networks.size < MAX_NETWORKS) this.seen.networks.add(network);
    return this.seen.failures % stepOf(alert) === 0;
  }

  private async count(options: ResolvedFloodOptions): Promise<void> {
    const { count, ttlMs } = await this.counters.increment(KEY, options.windowMs);
    // A single network has a limit of its own.
    if (this.seen.networks.size < 2) return;
    const failures = count * stepOf(options.alert);
    if (failures >= options.restrict) this.restriction ??= this.begin(options);
    if (failures >= options.alert) await this.raise('suspected', failures, ttlMs, options);
    if (failures >= options.restrict) await this.raise('restricted', failures, ttlMs, options);
  }

  private begin({ windowMs }: ResolvedFloodOptions): Restriction {
    return { until: this.clock.now() + windowMs, refused: 0, admitted: 0, failed: 0 };
  }

  /** The restriction in force; at its end, another one if there is reason for it. */
  private current(): Restriction | undefined {
    const { options, restriction } = this;
    if (!options || !restriction || this.clock.now() < restriction.until) return restriction;
    const { refused, admitted, failed } = restriction;
    const failing = admitted === 0 ? 1 : failed / admitted;
    this.restriction = refused * failing >= options.restrict ? this.begin(options) : undefined;
    return this.restriction;
  }

  /** Once a window and level, over all instances (R030). */
  private async raise(
    level: Level,
    failures: number,
    ttlMs: number,
    { windowMs }: ResolvedFloodOptions,
  ): Promise<void> {
    const now = this.clock.now();
    if (now < (this.raised.get(level) ?? -Infinity)) return;
    this.raised.set(level, now + ttlMs);
    const { count } = await this.counters.increment(`${KEY}:${level}`, ttlMs);
    if (count > 1) return;
    const windowSeconds = Math.ceil(windowMs / 1000);
    this.hooks.notify('attackSuspected', () => ({
      failures,
      networks: this.seen.networks.size,
      windowSeconds,
      isRestricted: level === 'restricted',
    }));
    await this.audit.recordRefusal('SUSPICIOUS_ACTIVITY', {
      status: 'SUSPICIOUS',
      reason: REASONS[level],
      details: { failures, networks: this.seen.networks.size, windowSeconds },
    });
  }
}

function stepOf(alert: number): number {
  return Math.max(1, Math.floor(alert / STEPS_TO_ALERT));
}
