import type { Duration } from '../common';
import type { ResolvedCodeOptions } from '../users';
import type { BreachedPasswords } from './breached/breached-passwords';
import type { PasswordHasher } from './password-hasher';

export interface PasswordOptions {
  /** Shortest password, in Unicode code points. Default 8; take 15 where the password is the only factor (R001). */
  minLength?: number;
  /** Longest password, in Unicode code points, checked before anything else looks at it. Default 128 (R006). */
  maxLength?: number;
  /** Demands an upper-case letter. Default false (R002), as for the next three. */
  requireUppercase?: boolean;
  requireLowercase?: boolean;
  /** Demands a decimal digit, of any script. */
  requireNumbers?: boolean;
  /** Demands one of `specialChars`. */
  requireSpecialChars?: boolean;
  /** What counts as special. Default: everything but letters, digits and white space. */
  specialChars?: string;
  /** Refuses passwords that many people use. Default true (R003). */
  preventCommon?: boolean;
  /** Refuses passwords made of what is known of their owner, or of `contextWords`. Default true (R003). */
  preventUserInfo?: boolean;
  /** Names of the service, the company, the application. Default: the words in `jwt.issuer`. */
  contextWords?: string[];
  /** Asks whether a new password stands in a collection of breached ones. Default false (R004). */
  preventBreached?: boolean;
  breachCheck?: {
    /** Address of the range API, to which 5 hexadecimal digits are added. Default https://api.pwnedpasswords.com/range/ */
    baseUrl?: string;
    /** Longest time for an answer, at most 2s. Default 2s. */
    timeout?: Duration;
    /** What happens to a new password when there is no answer: 'allow' takes it, 'refuse' answers 503. Default allow. */
    onFailure?: 'allow' | 'refuse';
    /** A collection of your own, instead of the range API. */
    source?: BreachedPasswords;
  };
  /** How many passwords before the present one may not be used again, 0 to 24. 0 keeps none. Default 0. */
  historyCount?: number;
  /** Age in days at which a password has to be changed at login. 0: never. Default 0 (R002). */
  expiryDays?: number;
  /** 'bcrypt', 'argon2id' (needs the package @node-rs/argon2), or a hasher of your own. Default 'bcrypt'. */
  hasher?: 'bcrypt' | 'argon2id' | PasswordHasher;
  /** bcrypt work factor, 10 to 16 (4 to 16 outside production). Default 12. */
  bcryptCost?: number;
  /** Work of argon2id (RFC 9106). Default 19456 KiB, 2 passes, 1 lane. */
  argon2?: Partial<Argon2Cost>;
  /** Codes of users who have forgotten their password. */
  passwordReset?: PasswordResetOptions & {
    /** Codes for one account, and messages for one recipient, within `rateLimitWindow`. Default 3. */
    rateLimitMax?: number;
    /** Default 3600 (seconds). */
    rateLimitWindow?: Duration;
  };
  /** Codes that an administrator has sent to a user. */
  adminReset?: PasswordResetOptions;
  hashing?: {
    /** Hashes that run at once. Default: the processors, but at least 1 and at most 2 below the libuv pool. */
    concurrency?: number;
    /** Hashes that may wait; one more is refused with SERVICE_UNAVAILABLE. Default 512. */
    maxQueue?: number;
    /** Longest time that a hash is expected to wait; beyond, it is refused at once. Default 15s. */
    maxWait?: string | number;
  };
}

export interface PasswordResetOptions {
  /** Digits, 6 to 10. Default 6. */
  codeLength?: number;
  /** Life of a code, at most an hour, and ten minutes in a text message (R116). Default 900; of an administrator's 3600. */
  expiresIn?: Duration;
  /** Tries for each code, 1 to 5. Default 3. */
  maxAttempts?: number;
  /** Page of the front end that messages link to. Default: none, and no link. */
  baseUrl?: string;
}

/** Parameters of argon2id. */
export interface Argon2Cost {
  /** KiB of memory that one hash fills. */
  memoryCost: number;
  /** Passes over the memory. */
  timeCost: number;
  /** Lanes. */
  parallelism: number;
}

/** What a new password is held against. */
export interface ResolvedPasswordPolicy {
  minLength: number;
  requireUppercase: boolean;
  requireLowercase: boolean;
  requireNumbers: boolean;
  requireSpecialChars: boolean;
  /** Undefined: everything but letters, digits and white space. */
  specialChars: string | undefined;
  preventCommon: boolean;
  preventUserInfo: boolean;
  contextWords: readonly string[];
}

export interface ResolvedPasswordOptions extends ResolvedPasswordPolicy {
  maxLength: number;
  preventBreached: boolean;
  breachCheck: {
    baseUrl: string;
    timeoutMs: number;
    onFailure: 'allow' | 'refuse';
    source: BreachedPasswords | undefined;
  };
  historyCount: number;
  expiryDays: number;
  hasher: 'bcrypt' | 'argon2id' | PasswordHasher;
  bcryptCost: number;
  argon2: Argon2Cost;
  passwordReset: ResolvedCodeOptions;
  adminReset: ResolvedCodeOptions;
  hashing: { concurrency: number; maxQueue: number; maxWaitMs: number };
}

/** Token of the ResolvedPasswordOptions. */
export const PASSWORD_OPTIONS = Symbol('nauth.passwordOptions');
