import type { Redis } from 'ioredis';

const AGE = `
local left = redis.call('PTTL', KEYS[1]) - ARGV[1]
if left > 0 then
  redis.call('PEXPIRE', KEYS[1], left)
else
  redis.call('DEL', KEYS[1])
end`;

/**
 * Lets the keys of a server age at once, as its clock cannot be moved: a suite need not wait, and a slow machine does not
 * make a key expire too early for it.
 */
export async function age(client: Redis, keyPrefix: string, milliseconds: number): Promise<void> {
  const keys = await client.keys(`${keyPrefix}*`);
  await Promise.all(keys.map((key) => client.eval(AGE, 1, key, milliseconds)));
}
