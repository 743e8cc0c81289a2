import { createRedisClient, reachMasters } from './create-redis-client';
import type { RedisAddress } from './redis-address';
import type { OwnedRedisClient, OwnedRedisCluster, RedisClient } from './redis-client';
import { plainError } from './redis-error';

/** Long enough for a fail-over that is under way while the application starts. */
const START_MS = 5_000;
const QUIT_MS = 500;

/** A client of the store's own. */
export class RedisConnection {
  private leaving = false;

  private constructor(private readonly owned: OwnedRedisClient | OwnedRedisCluster) {}

  /**
   * Connects, trying again for up to 5 s.
   * @throws {Error} when ioredis is missing or nothing answers; nothing of the address is in the message
   */
  static async open(address: RedisAddress, onError: (error: Error) => void): Promise<RedisConnection> {
    const client = await createRedisClient(address);
    let last: unknown;
    const listener = (error: Error): void => {
      last = error;
      onError(error);
    };
    // Without a listener an 'error' event would land on the console.
    client.on('error', listener);
    if (isCluster(client)) client.on('node error', listener);
    if (!(await isReady(client))) {
      client.disconnect();
      const cause = plainError(last ?? new Error('no answer'));
      const hint = 'url' in address ? 'url' : 'sentinels' in address ? 'sentinels and name' : 'nodes';
      throw new Error(`Redis of the transient store does not answer; check its ${hint} (${cause.message})`, {
        cause,
      });
    }
    return new RedisConnection(client);
  }

  get client(): RedisClient {
    return this.owned;
  }

  /**
   * A command got no answer in time: what looks open may lead to a server that stopped, or that is no master any more.
   * Nodes of a cluster are given up one by one by the client itself.
   */
  unanswered(): void {
    if (this.leaving || this.owned.status !== 'ready' || isCluster(this.owned)) return;
    this.leaving = true;
    this.owned.once('ready', () => (this.leaving = false));
    this.owned.disconnect(true);
  }

  /** Waits for answers that are under way, for half a second at most. */
  async close(): Promise<void> {
    await within(QUIT_MS, this.owned.quit());
    this.owned.disconnect();
  }
}

async function isReady(client: OwnedRedisClient | OwnedRedisCluster): Promise<boolean> {
  const ready = new Promise<void>((resolve) => client.once('ready', resolve)).then(() =>
    isCluster(client) ? reachMasters(client) : undefined,
  );
  // A failed attempt is followed by others, until 'ready'.
  client.connect().catch(() => undefined);
  return within(START_MS, ready);
}

function isCluster(client: OwnedRedisClient | OwnedRedisCluster): client is OwnedRedisCluster {
  return 'nodes' in client;
}

/** True when the work succeeded in time. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(resolve, milliseconds, false)));
  const done = work.then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}
