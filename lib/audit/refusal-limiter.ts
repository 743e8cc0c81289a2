import { LRUCache } from 'lru-cache';

const WINDOW_MS = 60_000;
/** Keys that are remembered at once. */
const MAX_KEYS = 10_000;
/** Refusals of all keys together within a window: who has very many networks fills no table either. */
const MAX_IN_WINDOW = 300;

interface Window {
  endsAt: number;
  suppressed: number;
}

/**
 * Lets one refusal of a kind pass within a minute and counts the others, so that requests which cost nothing to send
 * cannot fill the trail. Per process, in bounded memory.
 */
export class RefusalLimiter {
  private readonly windows = new LRUCache<string, Window>({ max: MAX_KEYS });
  private passed = 0;
  private allEndsAt = -Infinity;

  /** @param now milliseconds of any clock that goes on */
  constructor(private readonly now: () => number = () => performance.now()) {}

  /** How many of the key were held back since the last one that passed, or undefined to hold this one back. */
  admit(key: string): number | undefined {
    const now = this.now();
    const window = this.windows.get(key);
    if ((window && now < window.endsAt) || !this.hasRoom(now)) {
      if (window) window.suppressed += 1;
      return undefined;
    }
    this.passed += 1;
    this.windows.set(key, { endsAt: now + WINDOW_MS, suppressed: 0 });
    return window?.suppressed ?? 0;
  }

  private hasRoom(now: number): boolean {
    if (now >= this.allEndsAt) {
      this.allEndsAt = now + WINDOW_MS;
      this.passed = 0;
    }
    return this.passed < MAX_IN_WINDOW;
  }
}
