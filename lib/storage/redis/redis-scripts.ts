/**
 * Counter and expiry in one step (R021, R022): a counter that has no expiry was made by this very call, or somebody
 * stripped it, and none may stay for ever. One that was counted down to 0 is not new and keeps its end.
 */
export const INCREMENT = `
local count = redis.call('INCR', KEYS[1])
local ttl = redis.call('PTTL', KEYS[1])
if ttl < 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[1])
  ttl = tonumber(ARGV[1])
end
return { count, ttl }`;

/** DECR keeps the expiry. */
export const DECREMENT = `
local count = tonumber(redis.call('GET', KEYS[1]) or 0)
if count > 0 then
  redis.call('DECR', KEYS[1])
end
return 0`;

export const COMPARE_AND_DELETE = `
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0`;
