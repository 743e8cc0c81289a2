import { LRUCache } from 'lru-cache';

const MAX_ROTATIONS = 10_000;
/** Longer than the longest grace window. */
const MAX_AGE_MS = 5 * 60_000;

/** When this instance itself rotated sessions lately, by its own clock. */
export class OwnRotations {
  private readonly moments = new LRUCache<string, { generation: number; at: number }>({
    max: MAX_ROTATIONS,
    ttl: MAX_AGE_MS,
  });

  note(sessionId: string, generation: number, at: number): void {
    this.moments.set(sessionId, { generation, at });
  }

  /** Undefined when another instance made this generation the live one. */
  momentOf(sessionId: string, generation: number): number | undefined {
    const found = this.moments.get(sessionId);
    return found?.generation === generation ? found.at : undefined;
  }
}
