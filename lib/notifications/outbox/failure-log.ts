import { Logger } from '@nestjs/common';

const QUIET_MS = 10_000;

/**
 * Says in the log that messages could not be sent, without their content and addresses (R127). Of failures of one kind
 * that follow closely, as in an outage, one line tells how many there were.
 */
export class FailureLog {
  private readonly logger = new Logger('Notifications');
  private readonly kinds = new Map<string, { until: number; silent: number }>();

  /** @param kind what failures have in common: few different ones */
  note(kind: string, message: string): void {
    const now = performance.now();
    const known = this.kinds.get(kind);
    if (known && now < known.until) {
      known.silent += 1;
      return;
    }
    this.kinds.set(kind, { until: now + QUIET_MS, silent: 0 });
    const more = known && known.silent > 0 ? ` (and ${known.silent} more like it before)` : '';
    this.logger.warn(message + more);
  }
}
