import { randomInt } from 'node:crypto';

/** 32 characters, 5 bits each: without I, L, O and U, which are taken for others (Crockford's base 32). */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const GROUP = 4;
const MAX_INPUT = 128;

/** A new code, in groups: `7Q4M-T0ZK-...`. */
export function newBackupCode(length: number): string {
  const characters = Array.from({ length }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
  return characters.replace(new RegExp(`(.{${GROUP}})(?=.)`, 'g'), '$1-');
}

/** The characters of a code as somebody types it; undefined for what is none. */
export function readBackupCode(input: unknown, length: number): string | undefined {
  if (typeof input !== 'string' || input.length > MAX_INPUT) return undefined;
  const plain = input.replace(/[\s-]/g, '').toUpperCase().replace(/[IL]/g, '1').replace(/O/g, '0');
  return plain.length === length && [...plain].every((one) => ALPHABET.includes(one)) ? plain : undefined;
}
