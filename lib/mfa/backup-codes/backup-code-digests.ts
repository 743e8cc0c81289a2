import { createHmac, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { deriveKey, type EncryptionKeys } from '../../common';

const slow = promisify<string, Buffer, number, Buffer>(scrypt);

/** From here on a code has the 64 random bits that a quick digest needs, 5 for each character (R083). */
const LONG_CODE = 13;

/**
 * What is stored of backup codes: a digest under a key of the server, with the account in it, so that neither a dump nor an
 * index of digests says anything (R083, R145). Codes too short for that go through scrypt first (RFC 7914; N 2^14, r 8, p 1)
 * with a salt for each account, one that a dump does not have: all codes of an account are found with one such hash.
 */
export class BackupCodeDigests {
  private readonly keys: readonly Buffer[];

  constructor(encryption: EncryptionKeys) {
    const others = [...encryption.keys.keys()].filter((id) => id !== encryption.current);
    this.keys = [encryption.current, ...others].flatMap((id) => {
      const secret = encryption.keys.get(id);
      return secret ? [deriveKey(secret, 'nauth backup code')] : [];
    });
  }

  /**
   * The digests that a code may be stored under: by the present key first, then by earlier ones.
   * @param code without hyphens, in capitals
   */
  async of(userId: string, code: string): Promise<string[]> {
    return Promise.all(this.keys.map((key) => digest(key, userId, code)));
  }

  /** The digest to store, by the present key. */
  async toStore(userId: string, code: string): Promise<string> {
    const [key] = this.keys;
    if (!key) throw new Error('There is no encryption key.');
    return digest(key, userId, code);
  }
}

async function digest(key: Buffer, userId: string, code: string): Promise<string> {
  const isLong = code.length >= LONG_CODE;
  const secret = isLong ? code : (await slow(code, saltOf(key, userId), 32)).toString('base64url');
  return createHmac('sha256', key)
    .update(JSON.stringify([userId, secret]))
    .digest('base64url');
}

function saltOf(key: Buffer, userId: string): Buffer {
  return createHmac('sha256', key).update(`salt ${userId}`).digest();
}
