import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { deriveKey, ENCRYPTION_KEYS, randomToken, type EncryptionKeys } from '../common';

/**
 * Device tokens: 256 random bits that the client keeps, of which the database has a keyed digest (R145). The user is
 * part of what is digested, so a token says nothing about anybody else, whoever presents it (R031).
 */
@Injectable()
export class DeviceTokens {
  private readonly currentKey: Buffer;
  private readonly formerKeys: readonly Buffer[];

  constructor(@Inject(ENCRYPTION_KEYS) { current, keys }: EncryptionKeys) {
    const derived = new Map([...keys].map(([id, key]) => [id, deriveKey(key, 'device token')]));
    const currentKey = derived.get(current);
    if (!currentKey) throw new Error('The current encryption key is missing.');
    derived.delete(current);
    this.currentKey = currentKey;
    this.formerKeys = [...derived.values()];
  }

  /** A new token: 43 characters of base64url. */
  make(): string {
    return randomToken(32);
  }

  /** What is stored of the user's token. */
  digest(userId: string, token: string): string {
    return digest(this.currentKey, userId, token);
  }

  /** The digests under which the token may be stored: that of the current key first, then those of the others. */
  digests(userId: string, token: string): string[] {
    return [this.currentKey, ...this.formerKeys].map((key) => digest(key, userId, token));
  }
}

function digest(key: Buffer, userId: string, token: string): string {
  return createHmac('sha256', key).update(`${userId}\n${token}`).digest('base64url');
}
