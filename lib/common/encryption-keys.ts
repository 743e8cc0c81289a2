/** Server-side secret keys by id, of which one is used for everything new. Each key has 32 bytes. */
export interface EncryptionKeys {
  readonly current: string;
  readonly keys: ReadonlyMap<string, Uint8Array>;
}

/** Token of the EncryptionKeys. */
export const ENCRYPTION_KEYS = Symbol('nauth.encryptionKeys');
