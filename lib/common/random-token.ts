import { randomBytes, randomUUID } from 'node:crypto';

/** `bytes` random bytes as URL-safe text. */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}

/** An opaque identifier with 122 random bits (UUID version 4, R018). */
export function randomId(): string {
  return randomUUID();
}
