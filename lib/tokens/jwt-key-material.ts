import { createHash, createPrivateKey, createPublicKey, createSecretKey, type KeyObject } from 'node:crypto';
import { deriveKey } from '../common';
import type { KeyRequirement } from './jwt-algorithms';
import { secretProblem } from './secret-strength';

type AsymmetricRequirement = Exclude<KeyRequirement, { kind: 'hmac' }>;

/** A key, or why the configured text is none that the algorithm can use. */
export type KeyOrProblem = { key: KeyObject; problem?: undefined } | { key?: undefined; problem: string };

export function hmacKey(secret: unknown, minBytes: number): KeyOrProblem {
  const problem = secretProblem(secret, minBytes);
  if (problem !== undefined || typeof secret !== 'string') return { problem: problem ?? 'must be a text' };
  return { key: createSecretKey(secret, 'utf8') };
}

export function privateKey(pem: unknown, requirement: AsymmetricRequirement): KeyOrProblem {
  const unreadable = { problem: 'is not a private key in PEM without a passphrase' };
  if (typeof pem !== 'string') return unreadable;
  try {
    return suited(createPrivateKey(pem), requirement);
  } catch {
    return unreadable;
  }
}

export function publicKey(pem: unknown, requirement: AsymmetricRequirement): KeyOrProblem {
  const unreadable = { problem: 'is not a public key in PEM' };
  // createPublicKey() would take a private key too, and a verifier has no business with one.
  if (typeof pem !== 'string' || pem.includes('PRIVATE KEY')) return unreadable;
  try {
    return suited(createPublicKey(pem), requirement);
  } catch {
    return unreadable;
  }
}

function suited(key: KeyObject, requirement: AsymmetricRequirement): KeyOrProblem {
  const details = key.asymmetricKeyDetails;
  if (key.asymmetricKeyType !== requirement.kind) {
    return { problem: `must be of type ${requirement.kind.toUpperCase()}` };
  }
  if (requirement.kind === 'ec') {
    return details?.namedCurve === requirement.curve
      ? { key }
      : { problem: `must be on the curve ${requirement.curveName}` };
  }
  const bits = details?.modulusLength ?? 0;
  return bits >= requirement.minBits
    ? { key }
    : { problem: `must have at least ${requirement.minBits} bits, it has ${bits}` };
}

/**
 * The name that a key has by itself: 22 characters that are the same wherever the key is configured. Of a secret they
 * are derived one way; of a key pair they are a digest of the public half (in the manner of RFC 7638, over SPKI DER).
 */
export function derivedKid(key: KeyObject): string {
  const id =
    key.type === 'secret'
      ? deriveKey(key.export(), 'nauth jwt kid')
      : createHash('sha256').update(spki(key)).digest();
  return id.subarray(0, 16).toString('base64url');
}

/** The half that verifies: the key itself where it is secret or public. */
export function verifyingHalf(key: KeyObject): KeyObject {
  return key.type === 'private' ? createPublicKey(key) : key;
}

function spki(key: KeyObject): Buffer {
  return verifyingHalf(key).export({ type: 'spki', format: 'der' });
}
