import { setTimeout as sleep } from 'node:timers/promises';
import type { Surgery } from './break-on-purpose';

type Get = (key: string) => Promise<string | null>;
type Set = (key: string, value: string, ttlMs: number) => Promise<void>;

/** The mistake: a counter that is read, increased here, and written back. */
export function countByReadingFirst({ part }: Surgery): void {
  const store = part('nauth.transientStore');
  const get: Get = Reflect.get(store, 'get');
  const set: Set = Reflect.get(store, 'set');
  Reflect.set(store, 'increment', async (key: string, ttlMs: number) => {
    const count = Number((await get.call(store, key)) ?? 0) + 1;
    await sleep(10);
    await set.call(store, key, String(count), ttlMs);
    return { count, ttlMs };
  });
}
