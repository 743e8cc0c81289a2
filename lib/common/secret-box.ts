import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { deriveKey } from './derive-key';
import type { EncryptionKeys } from './encryption-keys';

const ALGORITHM = 'aes-256-gcm';
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A sealed text that cannot be opened: changed, moved to another place, or of a key that is gone. */
export class UnreadableSecretError extends Error {
  constructor(reason: string) {
    super(`The sealed text cannot be opened: ${reason}.`);
    this.name = 'UnreadableSecretError';
  }
}

/**
 * Text that has to be read back, encrypted at rest (R145): AES-256-GCM with a random 96-bit nonce and the id of its key.
 * Each purpose has keys of its own, derived from the configured ones, and each text is bound to the place that it stands
 * in, so that one copied to another row or column cannot be opened there.
 */
export class SecretBox {
  private readonly derived = new Map<string, Buffer>();

  /** @param purpose what the box is for, such as the name of a table and column; part of the key */
  constructor(
    private readonly keys: EncryptionKeys,
    private readonly purpose: string,
  ) {}

  /** @param place where the text is kept, such as the id of its row; needed to open it again */
  seal(text: string, place: string): string {
    const id = this.keys.current;
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.key(id), nonce, { authTagLength: TAG_BYTES });
    cipher.setAAD(this.boundTo(place));
    const sealed = [nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()];
    return `${id}.${Buffer.concat(sealed).toString('base64url')}`;
  }

  /** @throws {UnreadableSecretError} */
  open(sealed: string, place: string): string {
    const [id = '', body = '', ...rest] = sealed.split('.');
    const bytes = Buffer.from(body, 'base64url');
    if (rest.length > 0 || bytes.length < NONCE_BYTES + TAG_BYTES) {
      throw new UnreadableSecretError('it is no sealed text');
    }
    const nonce = bytes.subarray(0, NONCE_BYTES);
    const decipher = createDecipheriv(ALGORITHM, this.key(id), nonce, { authTagLength: TAG_BYTES });
    decipher.setAAD(this.boundTo(place));
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
    try {
      const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES));
      return Buffer.concat([text, decipher.final()]).toString('utf8');
    } catch {
      throw new UnreadableSecretError('it was changed, or belongs to another place');
    }
  }

  /** True for a text under the key that new ones get; another one should be sealed again when it is used. */
  isCurrent(sealed: string): boolean {
    return sealed.startsWith(`${this.keys.current}.`);
  }

  private key(id: string): Buffer {
    const known = this.derived.get(id);
    if (known) return known;
    const secret = this.keys.keys.get(id);
    if (!secret) throw new UnreadableSecretError('its key is not configured');
    const key = deriveKey(secret, `secret box ${this.purpose}`);
    this.derived.set(id, key);
    return key;
  }

  private boundTo(place: string): Buffer {
    return Buffer.from(`${this.purpose}\0${place}`, 'utf8');
  }
}
