import type { Clock } from '@nauth-toolkit/nestjs';

/** The system clock, moved by as much as a test asks for. */
export class MovableClock implements Clock {
  /** Milliseconds. */
  offsetMs = 0;

  now(): number {
    return Date.now() + this.offsetMs;
  }
}
