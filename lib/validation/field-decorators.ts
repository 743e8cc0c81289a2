import { Transform } from 'class-transformer';
import { registerDecorator, type ValidationOptions } from 'class-validator';
import { canonicalEmail, canonicalPhone, isCleanText } from '../common';
import { canonicalUsername } from '../users';

type Check = (value: unknown) => boolean;

/** A class-validator decorator out of a pure check. */
export function field(
  name: string,
  message: string,
  check: Check,
): (options?: ValidationOptions) => PropertyDecorator {
  return (options) => (target, property) =>
    registerDecorator({
      name,
      target: target.constructor,
      propertyName: String(property),
      options: { message: `$property ${message}`, ...options },
      validator: { validate: check },
    });
}

/** Spaces around a text are not part of it. Other types stay as they are, for the validators to refuse. */
export const Trim = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? value.trim() : value));

/** One mailbox in the grammar of `canonicalEmail` (R140). */
export const IsMailbox = field(
  'isMailbox',
  'must be one e-mail address',
  (value) => canonicalEmail(value) !== undefined,
);

/** A phone number in international form (R143). */
export const IsInternationalPhone = field(
  'isInternationalPhone',
  'must be a phone number in international form, like +41446681800',
  (value) => canonicalPhone(value) !== undefined,
);

export const IsUsername = field(
  'isUsername',
  'must have 3 to 255 characters out of a-z, 0-9, _ and -',
  (value) => typeof value === 'string' && value.length <= 300 && canonicalUsername(value) !== undefined,
);

/** One line of well-formed text without control characters, 1 to `max` characters (R128, R136). */
export const IsLine = (max: number): PropertyDecorator =>
  field(
    'isLine',
    `must be text of 1 to ${max} characters without control characters`,
    (value) => typeof value === 'string' && value.length >= 1 && value.length <= max && isCleanText(value),
  )();

/** Text of 1 to `max` characters that is taken as it is: passwords, tokens. */
export const IsOpaqueText = (max: number): PropertyDecorator =>
  field(
    'isOpaqueText',
    `must be a string of 1 to ${max} characters`,
    (value) => typeof value === 'string' && value.length >= 1 && value.length <= max,
  )();

export const IsIanaTimezone = field(
  'isIanaTimezone',
  'must be an IANA time zone, like Europe/Zurich',
  (value) => {
    if (typeof value !== 'string' || value.length > 64 || !/^[A-Za-z][A-Za-z0-9_+\-/]*$/.test(value))
      return false;
    try {
      return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone.length > 0;
    } catch {
      return false;
    }
  },
);

export const IsLanguageTag = field('isLanguageTag', 'must be a BCP 47 language tag, like de-CH', (value) => {
  if (typeof value !== 'string' || value.length > 35) return false;
  try {
    return Intl.getCanonicalLocales(value).length === 1;
  } catch {
    return false;
  }
});

const MAX_METADATA_BYTES = 16_384;

/** A JSON object of at most 16 KB whose text every database can store: well-formed, without NUL (R136). */
export const IsMetadata = field('isMetadata', 'must be a JSON object of at most 16 KB', (value) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const json = JSON.stringify(value);
  return Buffer.byteLength(json) <= MAX_METADATA_BYTES && !/\\u0000|\\ud[89a-f][0-9a-f]{2}/i.test(json);
});

/** A JSON object whose fields its reader checks. */
export const IsJsonObject = field(
  'isJsonObject',
  'must be a JSON object',
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);
