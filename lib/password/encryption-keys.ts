export { ENCRYPTION_KEYS, type EncryptionKeys } from '../common';
