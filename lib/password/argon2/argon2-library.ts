import { createRequire } from 'node:module';

/** The part of @node-rs/argon2 2 that is used, written out so that no declaration file needs the package. */
export interface Argon2Library {
  hash(password: string, options: Argon2LibraryOptions): Promise<string>;
  /** Takes the parameters out of the hash. Rejects for a hash that it cannot read. */
  verify(hash: string, password: string): Promise<boolean>;
}

export interface Argon2LibraryOptions {
  algorithm: number;
  version: number;
  memoryCost: number;
  timeCost: number;
  parallelism: number;
  outputLen: number;
}

/**
 * The optional peer @node-rs/argon2, which hashes on the libuv pool.
 * @throws {Error} when it is not installed
 */
export function loadArgon2(): Argon2Library {
  try {
    return createRequire(__filename)('@node-rs/argon2');
  } catch (cause) {
    throw new Error('argon2id needs the package @node-rs/argon2: npm install @node-rs/argon2@2', { cause });
  }
}
