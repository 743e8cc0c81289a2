const CANONICAL = /^(?:[A-Za-z0-9_-]{4})*(?:[A-Za-z0-9_-]{2}[AEIMQUYcgkosw048]|[A-Za-z0-9_-][AQgw])?$/;

/**
 * True for base64url (RFC 4648, 5) without padding and with the unused bits of the last character at zero: the one
 * text that an encoder makes of its bytes. Two texts that this accepts never decode to the same bytes.
 */
export function isCanonicalBase64url(text: string): boolean {
  return CANONICAL.test(text);
}
