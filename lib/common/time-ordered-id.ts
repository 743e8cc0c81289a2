import { randomBytes } from 'node:crypto';

const MAX_COUNT = 0xfff;

let lastMs = -1;
let count = 0;

/**
 * An identifier that sorts by the moment it was made (UUID version 7, RFC 9562): of two that this process makes in one
 * millisecond, the later one is the greater. 62 bits are random.
 *
 * @param nowMs milliseconds since the Unix epoch
 */
export function timeOrderedId(nowMs: number): string {
  count = nowMs === lastMs ? Math.min(count + 1, MAX_COUNT) : 0;
  lastMs = nowMs;
  const bytes = randomBytes(16);
  bytes.writeUIntBE(Math.max(0, Math.trunc(nowMs)), 0, 6);
  bytes.writeUInt16BE(0x7000 | count, 6);
  bytes.writeUInt8(0x80 | (bytes.readUInt8(8) & 0x3f), 8);
  const hex = bytes.toString('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
