import type { BackupCodeOptions, MfaOptions, PasskeyOptions, TotpOptions } from '../../mfa/mfa.options';
import { LONGEST_BACKUP_CODE, SHORTEST_BACKUP_CODE } from '../../mfa/backup-codes/backup-code';
import { adaptiveSchema } from './adaptive.schema';
import { field, flag, oneOf, section, text, textList, wholeNumber } from '../fields';
import type { MfaMethodName } from '../../contracts';

const METHODS: readonly unknown[] = ['totp', 'sms', 'email', 'passkey'] satisfies MfaMethodName[];

export const mfaSchema = section<MfaOptions>({
  enabled: flag(),
  enforcement: oneOf(['OPTIONAL', 'REQUIRED', 'ADAPTIVE']),
  gracePeriod: wholeNumber(0, 365, ' days'),
  requireForSocialLogin: flag(),
  allowedMethods: field<MfaMethodName[]>(
    "a list out of 'totp', 'sms', 'email' and 'passkey', each once",
    (value) =>
      Array.isArray(value) &&
      value.length > 0 &&
      new Set(value).size === value.length &&
      Array.from(value).every((method) => METHODS.includes(method)),
  ),
  // It stands before a colon in the address of a seed.
  issuer: text("a text of one line without ':'", /^[^:]+$/, 64),
  totp: section<TotpOptions>({
    window: wholeNumber(0, 2),
    stepSeconds: wholeNumber(15, 120),
    digits: field<6 | 8>('6 or 8', (value) => value === 6 || value === 8),
    algorithm: oneOf(['sha1', 'sha256', 'sha512']),
  }),
  passkey: section<PasskeyOptions>({
    rpName: text(),
    rpId: text('a domain', /^[a-z0-9.-]+$/, 253),
    origin: textList('a list of origins'),
    timeout: wholeNumber(10_000, 600_000, ' ms'),
    userVerification: oneOf(['required', 'preferred', 'discouraged']),
  }),
  backup: section<BackupCodeOptions>({
    enabled: flag(),
    codeCount: wholeNumber(1, 50),
    codeLength: wholeNumber(SHORTEST_BACKUP_CODE, LONGEST_BACKUP_CODE),
  }),
  rememberDevices: oneOf(['never', 'always', 'user_opt_in']),
  rememberDeviceDays: wholeNumber(1, 365),
  bypassMFAForTrustedDevices: flag(),
  adaptive: adaptiveSchema,
});
