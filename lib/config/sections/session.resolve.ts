import type { ResolvedSessionOptions, SessionOptions } from '../../sessions';
import { milliseconds, type SectionContext } from '../section-context';

export function resolveSession(options: SessionOptions, { report }: SectionContext): ResolvedSessionOptions {
  const maxLifetimeMs = milliseconds(options.maxLifetime ?? '30d');
  const idleTimeoutMs = options.idleTimeout === undefined ? undefined : milliseconds(options.idleTimeout);
  const exclusive = options.disallowMultipleSessions ?? false;
  if (
    idleTimeoutMs !== undefined &&
    idleTimeoutMs > maxLifetimeMs &&
    !report.isRefused('session.maxLifetime')
  ) {
    report.addRule('session.idleTimeout', 'is longer than session.maxLifetime (default 30d); shorten it');
  }
  if (exclusive && options.maxConcurrent !== undefined && options.maxConcurrent !== 1) {
    const message = 'contradicts session.disallowMultipleSessions, which means 1; leave one of them out';
    report.addRule('session.maxConcurrent', message);
  }
  return { maxConcurrent: exclusive ? 1 : (options.maxConcurrent ?? 5), maxLifetimeMs, idleTimeoutMs };
}
