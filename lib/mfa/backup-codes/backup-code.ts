import { randomInt } from 'node:crypto';

/** 32 characters, 5 bits each: without I, L, O and U, which are taken for others (Crockford's base 32). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const GROUP = 4;
const MAX_INPUT = 128;

/** Characters of a code. */
export const SHORTEST_BACKUP_CODE = 10;
export const LONGEST_BACKUP_CODE = 64;

/** A new code, in groups: `7Q4M-T0ZK-...`. */
export function newBackupCode(length: number): string {
  const characters = Array.from({ length }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
  return characters.replace(new RegExp(`(.{${GROUP}})(?=.)`, 'g'), '$1-');
}

/**
 * The characters of a code as somebody types it; undefined for what is none. Of any length that codes may have: those of
 * before a change of the configuration go on to work.
 */
export function readBackupCode(input: unknown): string | undefined {
  if (typeof input !== 'string' || input.length > MAX_INPUT) return undefined;
  const plain = input.replace(/[\s-]/g, '').toUpperCase().replace(/[IL]/g, '1').replace(/O/g, '0');
  const isLength = plain.length >= SHORTEST_BACKUP_CODE && plain.length <= LONGEST_BACKUP_CODE;
  return isLength && [...plain].every((one) => ALPHABET.includes(one)) ? plain : undefined;
}
