import { Inject, Injectable } from '@nestjs/common';
import { ENCRYPTION_KEYS, SecretBox, type EncryptionKeys } from '../../common';

/** What a message says, and to whom. */
export interface OutboxPayload {
  to: string;
  userId: string | null;
  userName: string | null;
  locale: string | null;
  timezone: string | null;
  /** Milliseconds since the Unix epoch. */
  occurredAt: number;
  variables: Record<string, string | number | boolean | null | undefined>;
}

/** Seals messages while they wait: they hold codes and addresses (R145). */
@Injectable()
export class OutboxCipher {
  private readonly box: SecretBox;

  constructor(@Inject(ENCRYPTION_KEYS) keys: EncryptionKeys) {
    this.box = new SecretBox(keys, 'outbox.payload');
  }

  seal(id: string, payload: OutboxPayload): string {
    return this.box.seal(JSON.stringify(payload), id);
  }

  /** @throws {UnreadableSecretError} */
  open(id: string, sealed: string): OutboxPayload {
    return JSON.parse(this.box.open(sealed, id));
  }
}
