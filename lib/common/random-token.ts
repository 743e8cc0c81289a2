import { randomBytes, randomUUID } from 'node:crypto';

/** `bytes` random bytes as URL-safe text. */
export function randomToken(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}

/** 32 bytes as canonical base64url: the last character holds two bits more, which are zero. */
const TOKEN_OF_32_BYTES = /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** True for text that `randomToken(32)` may have made. */
export function isRandomToken(text: string): boolean {
  return text.length === 43 && TOKEN_OF_32_BYTES.test(text);
}

/** An opaque identifier with 122 random bits (UUID version 4, R018). */
export function randomId(): string {
  return randomUUID();
}
