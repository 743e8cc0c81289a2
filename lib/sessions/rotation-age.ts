import { OwnRotations } from './own-rotations';
import type { RefreshCandidate } from './session.repository';

/** When a request came, by two clocks. */
export interface Arrival {
  /** Milliseconds of the toolkit's clock. */
  at: number;
  /** Milliseconds of a clock that cannot be set. */
  ticks: number;
}

/** What rounding to whole milliseconds can add to an age. */
const ROUNDING_MS = 1;

/**
 * How old the last rotation of a session was when a request came. Clocks of two instances are never compared (R151): the
 * age is measured by the clock of the database, and, where this instance made the rotation, by its own clock too. The
 * greater of the two counts, so that a clock that is set back does not open a window again.
 */
export class RotationAge {
  private readonly own = new OwnRotations();

  /** To be called with the moment before the rotation was asked for: nothing that came earlier has seen the successor. */
  note(sessionId: string, generation: number, at: number): void {
    this.own.note(sessionId, generation, at);
  }

  /** Milliseconds, 0 or less for a request that came before the rotation; to be asked right after the row was read. */
  whenPresented({ session, rotationAgeMs }: RefreshCandidate, arrival: Arrival): number {
    const own = this.own.momentOf(session.id, session.generation);
    const byOwn = own === undefined ? -Infinity : arrival.at - own;
    // Between the coming of the request and the reading of the row it grew by at most this much.
    const waited = performance.now() - arrival.ticks;
    const byDatabase = rotationAgeMs === null ? -Infinity : rotationAgeMs - waited - ROUNDING_MS;
    return Math.max(byOwn, byDatabase);
  }
}
