import { createHash } from 'node:crypto';
import { canonicalEmail, canonicalPhone } from '../common';

/**
 * Who or what a limit counts for. Made by the functions below only, out of validated, canonical values of one field, so
 * that no further field and no other spelling starts a count again (R025).
 */
export interface LimitSubject {
  readonly kind: 'account' | 'name' | 'network' | 'device' | 'recipient';
  readonly value: string;
  /** Whose account it is, where it is one. */
  readonly userId?: string;
}

/** An account, by its id. `client` names the count that a known client has beside that of strangers (R023). */
export function accountSubject(userId: string, client?: string): LimitSubject {
  return { kind: 'account', value: client === undefined ? userId : `${userId} ${client}`, userId };
}

/** A name that no account has, in its canonical form: counted as an account is (R017). */
export function nameSubject(name: string): LimitSubject {
  return { kind: 'name', value: name };
}

/** @param network as `networkBucket` gives it */
export function networkSubject(network: string): LimitSubject {
  return { kind: 'network', value: network };
}

/** A device that was recognised, by its id. */
export function deviceSubject(deviceId: string): LimitSubject {
  return { kind: 'device', value: deviceId };
}

/**
 * Who gets a message: an e-mail address or a phone number in any spelling. Addresses that differ in a `+tag` only are
 * one mailbox with most providers, so they share a count (R028).
 *
 * @throws {RangeError} for anything else, which must not have got this far
 */
export function recipientSubject(recipient: string): LimitSubject {
  const address = canonicalEmail(recipient)?.replace(/^([^+@]+)\+[^@]*@/, '$1@') ?? canonicalPhone(recipient);
  if (address === undefined) throw new RangeError('a recipient is an e-mail address or a phone number');
  return { kind: 'recipient', value: address };
}

/** The key of a counter: a digest, so that neither length nor content of what a user typed reaches the store (R025). */
export function limitKey(name: string, { kind, value }: LimitSubject): string {
  const digest = createHash('sha256').update(`${kind}:${value}`).digest('base64url');
  return `limit:${name}:${digest}`;
}
