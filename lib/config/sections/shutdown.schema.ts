import type { ResolvedShutdownOptions, ShutdownOptions } from '../../shutdown';
import { duration, section } from '../fields';
import { milliseconds, type SectionContext } from '../section-context';

export const shutdownSchema = section<ShutdownOptions>({
  drainDelay: duration(),
  timeout: duration(),
});

const MAX_TIMEOUT_MS = 3_600_000;

export function resolveShutdown(
  options: ShutdownOptions,
  { report }: SectionContext,
): ResolvedShutdownOptions {
  const drainDelayMs = options.drainDelay === undefined ? 0 : milliseconds(options.drainDelay);
  const timeoutMs = milliseconds(options.timeout ?? '10s');
  if (timeoutMs > MAX_TIMEOUT_MS) report.addRule('shutdown.timeout', 'must be at most an hour');
  if (drainDelayMs >= timeoutMs && !report.isRefused('shutdown.timeout')) {
    report.addRule('shutdown.drainDelay', 'must be shorter than shutdown.timeout (default 10s)');
  }
  return { drainDelayMs, timeoutMs };
}
