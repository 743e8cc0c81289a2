import { parsePhoneNumberFromString } from 'libphonenumber-js/max';

const REFUSED_TYPES = new Set(['PREMIUM_RATE', 'SHARED_COST', 'UAN', 'VOICEMAIL', 'PAGER']);

/**
 * A phone number in E.164, or undefined when it is none (R143): international form only, ASCII digits, one number, no
 * extension, no premium range.
 */
export function canonicalPhone(input: unknown): string | undefined {
  if (typeof input !== 'string' || input.length > 40) return undefined;
  if (!/^\s*\+[0-9 ().-]+\s*$/.test(input)) return undefined;
  const phone = parsePhoneNumberFromString(input.trim());
  if (!phone?.isPossible() || phone.ext) return undefined;
  const type = phone.getType();
  return type && REFUSED_TYPES.has(type) ? undefined : phone.number;
}
