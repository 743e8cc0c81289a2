import { LRUCache } from 'lru-cache';
import { UNKNOWN_NETWORK, type Clock } from '../common';
import { NAuthException } from '../errors';

interface Pause {
  readonly code: NAuthException['code'];
  readonly seconds: number;
  until: number;
}

const LEAST_SECONDS = 10;
const MAX_NETWORKS = 50_000;

/**
 * Networks whose clients found no room for strangers and were told when to come back. Before that time they are refused
 * without a look-up, and it starts again for a network that does not wait. A flood from thousands of addresses, each of
 * which is far below the limit of a network, then costs next to nothing, and leaves the room to those who come for the
 * first time or when they were told to (R027).
 *
 * Kept by each instance for itself, for the most recent 50,000 networks.
 */
export class StrangerPauses {
  private readonly pauses = new LRUCache<string, Pause>({ max: MAX_NETWORKS });

  constructor(private readonly clock: Clock) {}

  /**
   * Refuses a network that comes before its time.
   * @throws {NAuthException} with the code that it was turned away with, and `retryAfter`
   */
  assertOver(network: string): void {
    const pause = this.pauses.get(network);
    if (!pause) return;
    const now = this.clock.now();
    const isOver = now >= pause.until || pause.until - now > pause.seconds * 1000;
    if (isOver) return void this.pauses.delete(network);
    pause.until = now + pause.seconds * 1000;
    throw new NAuthException(pause.code, { retryAfter: pause.seconds });
  }

  /** Begins a pause; the refusal to answer with. What clients without an address do says nothing of one another. */
  begin(network: string, refusal: NAuthException): NAuthException {
    if (network === UNKNOWN_NETWORK) return refusal;
    const { code, retryAfter = 0 } = refusal;
    const seconds = Math.max(retryAfter, LEAST_SECONDS);
    this.pauses.set(network, { code, seconds, until: this.clock.now() + seconds * 1000 });
    return new NAuthException(code, { retryAfter: seconds });
  }

  /** Ends the pause of a network that has shown a right password: many people may share it. */
  end(network: string): void {
    this.pauses.delete(network);
  }
}
