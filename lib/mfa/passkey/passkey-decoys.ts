import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { deriveKey, ENCRYPTION_KEYS, type EncryptionKeys } from '../../common';

/** Credentials that a list has at least. */
const LISTED = 4;
/** Lengths of ids that authenticators make. */
const LENGTHS = [16, 20, 32, 48, 64] as const;

/**
 * Fills lists of credentials up with ids that nobody has, so that a name without account or passkeys gets a list like any
 * other, and the same one every time (R017).
 */
@Injectable()
export class PasskeyDecoys {
  private readonly key: Buffer;

  constructor(@Inject(ENCRYPTION_KEYS) { current, keys }: EncryptionKeys) {
    this.key = deriveKey(keys.get(current) ?? current, 'nauth passkey decoys');
  }

  /** @param name the identifier in canonical form */
  fill(credentialIds: readonly string[], name: string): string[] {
    const missing = Math.max(0, LISTED - credentialIds.length);
    const decoys = Array.from({ length: missing }, (_, index) => this.decoy(name, index));
    // In an order that says nothing of which are real.
    return [...credentialIds, ...decoys].sort();
  }

  private decoy(name: string, index: number): string {
    const digest = createHmac('sha512', this.key).update(`${index} ${name}`).digest();
    const length =
      LENGTHS[createHmac('sha256', this.key).update(digest).digest().readUInt32BE() % LENGTHS.length];
    return digest.subarray(0, length).toString('base64url');
  }
}
