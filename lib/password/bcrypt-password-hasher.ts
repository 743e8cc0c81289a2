import { createHmac } from 'node:crypto';
import { compare, hash } from 'bcrypt';
import { deriveKey, type EncryptionKeys } from '../common';
import type { PasswordScheme } from './password-scheme';

/** bcrypt reads no more of a password than this, and says nothing about the rest. */
const BCRYPT_BYTES = 72;
/** A hash that asks for more work than any cost that can be configured is not ours to run. */
const MAX_COST = 16;
const STORED =
  /^(?:\$nauth-hmac\$k=(?<keyId>[^$]{1,256}))?\$2[aby]\$(?<cost>\d\d)\$(?<body>[./A-Za-z0-9]{53})$/;

interface StoredHash {
  keyId: string | undefined;
  cost: number;
  /** In the form that the bcrypt package knows: it answers false to `$2y$`. */
  bcryptHash: string;
}

/**
 * Hashes passwords with bcrypt, every character of them significant (R005). What bcrypt would not tell apart, that is
 * passwords over 72 bytes and those with a NUL (`p` and `p NUL p` have one bcrypt hash), goes through HMAC-SHA-384
 * under a server key first. Such hashes name the key: `$nauth-hmac$k=<key id, URI-encoded>$2b$12$...`; all others are
 * plain bcrypt, and `$2a$`, `$2b$` and `$2y$` hashes of other systems verify.
 *
 * `verify` does the work of the configured cost whatever it is given, an unknown form included; only a hash of a
 * higher cost takes longer (R014).
 */
export class BcryptPasswordHasher implements PasswordScheme {
  private readonly preHashKeys = new Map<string, Buffer>();
  private readonly currentKeyId: string;
  private readonly currentKey: Buffer;

  constructor(
    private readonly cost: number,
    keys: EncryptionKeys,
  ) {
    for (const [id, key] of keys.keys) {
      this.preHashKeys.set(encodeURIComponent(id), deriveKey(key, 'nauth password pre-hash'));
    }
    this.currentKeyId = encodeURIComponent(keys.current);
    const current = this.preHashKeys.get(this.currentKeyId);
    if (!current) throw new Error('The current encryption key is not among the keys.');
    this.currentKey = current;
  }

  async hash(password: string): Promise<string> {
    if (!needsPreHash(password)) return hash(password, this.cost);
    return `$nauth-hmac$k=${this.currentKeyId}${await hash(preHash(password, this.currentKey), this.cost)}`;
  }

  async verify(password: string, storedHash: string): Promise<boolean> {
    const stored = parse(storedHash);
    const long = needsPreHash(password);
    const key = stored?.keyId === undefined ? undefined : this.preHashKeys.get(stored.keyId);
    const sameForm = stored !== undefined && (long ? key !== undefined : stored.keyId === undefined);
    const input = long ? preHash(password, key ?? this.currentKey) : password;
    const equal = await compare(input, stored?.bcryptHash ?? unmatched(this.cost));
    // 2^c + 2^c + 2^(c+1) + ... + 2^(cost-1) = 2^cost: a hash from before a cost increase takes as long as a new one.
    for (let cost = stored?.cost ?? this.cost; cost < this.cost; cost += 1) {
      await compare(input, unmatched(cost));
    }
    return equal && sameForm;
  }

  recognises(hash: string): boolean {
    return STORED.test(hash);
  }

  problem(): undefined {
    return undefined;
  }

  /** A lower cost, another key before it, or a form that other systems write (`$2a$`, `$2y$`). */
  needsRehash(hash: string): boolean {
    const stored = parse(hash);
    if (!stored || stored.cost < this.cost || !hash.endsWith(stored.bcryptHash)) return true;
    return stored.keyId !== undefined && stored.keyId !== this.currentKeyId;
  }

  async spend(password: string): Promise<void> {
    await compare(
      needsPreHash(password) ? preHash(password, this.currentKey) : password,
      unmatched(this.cost),
    );
  }
}

function needsPreHash(password: string): boolean {
  return Buffer.byteLength(password) > BCRYPT_BYTES || password.includes('\0');
}

/** 64 characters of base64, which bcrypt takes in whole. */
function preHash(password: string, key: Buffer): string {
  return createHmac('sha384', key).update(password, 'utf8').digest('base64');
}

function parse(text: string): StoredHash | undefined {
  const { keyId, cost, body } = STORED.exec(text)?.groups ?? {};
  const rounds = Number(cost);
  if (!cost || !body || rounds < 4 || rounds > MAX_COST) return undefined;
  return { keyId, cost: rounds, bcryptHash: `$2b$${cost}$${body}` };
}

/** A well-formed hash that belongs to no password anybody can find. */
function unmatched(cost: number): string {
  return `$2b$${String(cost).padStart(2, '0')}$${'.'.repeat(53)}`;
}
