import { Inject, Injectable } from '@nestjs/common';
import { NAuthException } from '../errors';
import { PASSWORD_OPTIONS, type ResolvedPasswordOptions } from './password.options';

/** Weight of the newest job in the moving average of job times. */
const NEWEST = 0.2;

/**
 * Hashes that may run at once: one for each processor, but always two threads of the libuv pool left for files, DNS
 * and compression, and at least one (R010).
 */
export function defaultHashConcurrency(cpus: number, uvThreadpoolSize: number): number {
  return Math.max(1, Math.min(cpus, uvThreadpoolSize - 2));
}

/**
 * Runs expensive jobs a few at a time, first in first out. A job that would wait too long, or that finds the queue
 * full, is refused at once instead of later, so that an overload costs nothing and a refusal can be acted on (R010).
 */
@Injectable()
export class HashQueue {
  private readonly limits: ResolvedPasswordOptions['hashing'];
  private readonly waiting: (() => void)[] = [];
  private running = 0;
  private averageMs = 0;

  constructor(@Inject(PASSWORD_OPTIONS) options: Pick<ResolvedPasswordOptions, 'hashing'>) {
    this.limits = options.hashing;
  }

  /** Jobs that wait for a free slot. */
  get length(): number {
    return this.waiting.length;
  }

  /**
   * The result of `job`, once its turn has come.
   * @throws {NAuthException} SERVICE_UNAVAILABLE (with retryAfter) when the queue is full or the wait too long; `job`
   * is not started then
   */
  async run<T>(job: () => Promise<T>): Promise<T> {
    await this.slot();
    const start = performance.now();
    try {
      return await job();
    } finally {
      this.learn(performance.now() - start);
      this.release();
    }
  }

  private slot(): Promise<void> {
    if (this.running < this.limits.concurrency) {
      this.running += 1;
      return Promise.resolve();
    }
    const waitMs = ((this.waiting.length + 1) * this.averageMs) / this.limits.concurrency;
    if (this.waiting.length >= this.limits.maxQueue || waitMs > this.limits.maxWaitMs) {
      const retryAfter = Math.max(1, Math.ceil(waitMs / 1000));
      return Promise.reject(new NAuthException('SERVICE_UNAVAILABLE', { retryAfter }));
    }
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private learn(elapsedMs: number): void {
    this.averageMs =
      this.averageMs === 0 ? elapsedMs : this.averageMs + NEWEST * (elapsedMs - this.averageMs);
  }

  /** Hands the slot to the job that waited longest; it stays taken in between, so nobody can slip in. */
  private release(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.running -= 1;
  }
}
