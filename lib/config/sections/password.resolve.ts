import { availableParallelism } from 'node:os';
import { defaultHashConcurrency } from '../../password/hash-queue';
import type { PasswordOptions, ResolvedPasswordOptions } from '../../password/password.options';
import { milliseconds, type SectionContext } from '../section-context';

const PRODUCTION_COST = 10;

export function resolvePassword(
  options: PasswordOptions,
  { report, production }: SectionContext,
): ResolvedPasswordOptions {
  const minLength = options.minLength ?? 8;
  const maxLength = options.maxLength ?? 128;
  const bcryptCost = options.bcryptCost ?? 12;
  if (minLength > maxLength && !report.isRefused('password.maxLength')) {
    report.addRule(
      'password.minLength',
      'is more than password.maxLength (default 128); no password could fit',
    );
  }
  if (production && bcryptCost < PRODUCTION_COST) {
    report.addRule(
      'password.bcryptCost',
      `must be at least ${PRODUCTION_COST} in production; leave it out for 12`,
    );
  }
  const hashing = options.hashing ?? {};
  return {
    minLength,
    maxLength,
    hasher: options.hasher ?? 'bcrypt',
    bcryptCost,
    hashing: {
      concurrency: hashing.concurrency ?? defaultHashConcurrency(availableParallelism(), uvThreadpoolSize()),
      maxQueue: hashing.maxQueue ?? 512,
      maxWaitMs: milliseconds(hashing.maxWait ?? '15s'),
    },
  };
}

/** Threads of the libuv pool, which the environment sets before the process starts. */
function uvThreadpoolSize(): number {
  const size = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4);
  return Number.isInteger(size) && size > 0 ? size : 4;
}
