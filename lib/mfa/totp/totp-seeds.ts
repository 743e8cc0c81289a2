import { Inject, Injectable } from '@nestjs/common';
import { ENCRYPTION_KEYS, SecretBox, UnreadableSecretError, type EncryptionKeys } from '../../common';

/** Seeds at rest: encrypted, and bound to their account and column, so that one is worth nothing elsewhere (R091). */
@Injectable()
export class TotpSeeds {
  private readonly box: SecretBox;

  constructor(@Inject(ENCRYPTION_KEYS) keys: EncryptionKeys) {
    this.box = new SecretBox(keys, 'mfa totp seed');
  }

  seal(seed: Buffer, userId: string): string {
    return this.box.seal(seed.toString('base64'), userId);
  }

  /** Undefined for one that was changed, is of another account, or whose key is gone. */
  open(sealed: string | null, userId: string): Buffer | undefined {
    try {
      return sealed === null ? undefined : Buffer.from(this.box.open(sealed, userId), 'base64');
    } catch (error) {
      if (error instanceof UnreadableSecretError) return undefined;
      throw error;
    }
  }

  /** True for a seed under a key that new ones no longer get. */
  isOutdated(sealed: string): boolean {
    return !this.box.isCurrent(sealed);
  }
}
