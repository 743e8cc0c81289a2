import { Inject, Injectable } from '@nestjs/common';
import { NAuthException } from '../errors';
import type { PasswordCapacity } from '../lockout';
import { PASSWORD_OPTIONS, type ResolvedPasswordOptions } from './password.options';

/** Of this many slots in a row one goes to the line that is not urgent, so that it moves as well. */
const TURN_OF_OTHERS = 4;

/** Weight of the newest job in the moving average of job times. */
const NEWEST = 0.2;

/**
 * Hashes that may run at once: one for each processor, but always two threads of the libuv pool left for files, DNS
 * and compression, and at least one (R010).
 */
export function defaultHashConcurrency(cpus: number, uvThreadpoolSize: number): number {
  return Math.max(1, Math.min(cpus, uvThreadpoolSize - 2));
}

export interface HashJobOptions {
  /** Goes before jobs that are not. Default false. */
  urgent?: boolean;
}

/**
 * Runs expensive jobs a few at a time, in two lines, each first in first out. Urgent jobs, those of clients that an
 * account knows, go first, and each fourth slot is left to the others: a flood of strangers does not keep the owners of
 * accounts waiting, nor they the strangers for ever. A job that would wait too long, or that finds its line full, is
 * refused at once instead of later, so that an overload costs nothing and a refusal can be acted on (R010).
 */
@Injectable()
export class HashQueue implements PasswordCapacity {
  private readonly limits: ResolvedPasswordOptions['hashing'];
  private readonly urgent: (() => void)[] = [];
  private readonly others: (() => void)[] = [];
  private running = 0;
  private turn = 0;
  private averageMs = 0;

  constructor(@Inject(PASSWORD_OPTIONS) options: Pick<ResolvedPasswordOptions, 'hashing'>) {
    this.limits = options.hashing;
  }

  /** Jobs that wait for a free slot. */
  get length(): number {
    return this.urgent.length + this.others.length;
  }

  /**
   * The result of `job`, once its turn has come.
   * @throws {NAuthException} SERVICE_UNAVAILABLE (with retryAfter) when the line is full or the wait too long; `job`
   * is not started then
   */
  async run<T>(job: () => Promise<T>, { urgent = false }: HashJobOptions = {}): Promise<T> {
    await this.slot(urgent);
    const start = performance.now();
    try {
      return await job();
    } finally {
      this.learn(performance.now() - start);
      this.release();
    }
  }

  refusalOfStrangers(): NAuthException | undefined {
    return this.running < this.limits.concurrency ? undefined : this.refusal(false);
  }

  private slot(urgent: boolean): Promise<void> {
    if (this.running < this.limits.concurrency) {
      this.running += 1;
      return Promise.resolve();
    }
    const refusal = this.refusal(urgent);
    if (refusal) return Promise.reject(refusal);
    const line = urgent ? this.urgent : this.others;
    return new Promise((resolve) => line.push(resolve));
  }

  private refusal(urgent: boolean): NAuthException | undefined {
    const line = urgent ? this.urgent : this.others;
    const waitMs = (this.jobsBefore(urgent) * this.averageMs) / this.limits.concurrency;
    if (line.length < this.limits.maxQueue && waitMs <= this.limits.maxWaitMs) return undefined;
    return new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: Math.max(1, Math.ceil(waitMs / 1000)) });
  }

  /** Jobs that end before a new one of this line starts, itself included, if nobody comes meanwhile. */
  private jobsBefore(urgent: boolean): number {
    const [own, other] = urgent
      ? [this.urgent.length + 1, this.others.length]
      : [this.others.length + 1, this.urgent.length];
    const share = urgent ? 1 / (TURN_OF_OTHERS - 1) : TURN_OF_OTHERS - 1;
    return own + Math.min(other, Math.ceil(own * share));
  }

  private learn(elapsedMs: number): void {
    this.averageMs =
      this.averageMs === 0 ? elapsedMs : this.averageMs + NEWEST * (elapsedMs - this.averageMs);
  }

  /** Hands the slot to the next job in line; it stays taken in between, so nobody can slip in. */
  private release(): void {
    this.turn = (this.turn + 1) % TURN_OF_OTHERS;
    const [first, second] = this.turn === 0 ? [this.others, this.urgent] : [this.urgent, this.others];
    const next = first.shift() ?? second.shift();
    if (next) next();
    else this.running -= 1;
  }
}
