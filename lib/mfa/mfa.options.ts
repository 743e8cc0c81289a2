import type { MfaEnforcement, MfaMethodName } from '../contracts';
import type { AdaptiveMfaOptions, ResolvedAdaptiveMfaOptions } from '../risk/risk.options';

export interface TotpOptions {
  /** Steps before and after the present one that count as well, 0 to 2. Default 1. */
  window?: number;
  /** Seconds of a step. Default 30. */
  stepSeconds?: number;
  /** Digits of a code. Default 6. */
  digits?: 6 | 8;
  /** Default 'sha1', which is what all authenticator apps can do. */
  algorithm?: 'sha1' | 'sha256' | 'sha512';
}

export interface PasskeyOptions {
  /** Name that browsers show. Default: the issuer. */
  rpName?: string;
  /** Domain that passkeys belong to, such as 'example.com'. */
  rpId?: string;
  /** Origins of the pages that use passkeys, such as 'https://app.example.com'. */
  origin?: string[];
  /** Milliseconds that a user has for the dialogue of the browser. Default 60000. */
  timeout?: number;
  /** Whether a passkey asks for finger, face or PIN. Default 'required'. */
  userVerification?: 'required' | 'preferred' | 'discouraged';
}

export interface BackupCodeOptions {
  /** Default true. */
  enabled?: boolean;
  /** Codes of a set. Default 10. */
  codeCount?: number;
  /** Characters of a code, each of 5 random bits; at least 10. Default 16. */
  codeLength?: number;
}

export interface MfaOptions {
  /** Default false. */
  enabled?: boolean;
  /**
   * 'OPTIONAL': asked of accounts that have a second factor. 'REQUIRED': every account has to set one up. 'ADAPTIVE': asked
   * when a sign-in looks risky. Default 'OPTIONAL'.
   */
  enforcement?: MfaEnforcement;
  /** Days that an account may sign in without the factor that it has to set up. Default 0. */
  gracePeriod?: number;
  /** Whether accounts that sign in through a social provider have to set a factor up as well. Default true. */
  requireForSocialLogin?: boolean;
  /** Default: every method that can work with the rest of the configuration. */
  allowedMethods?: MfaMethodName[];
  /** Name that authenticator apps show. Default: `jwt.issuer`, or 'nauth'. */
  issuer?: string;
  totp?: TotpOptions;
  passkey?: PasskeyOptions;
  backup?: BackupCodeOptions;
  /** Whether a device may be trusted: 'never', 'always' after a second factor, or when its user says so. Default 'user_opt_in'. */
  rememberDevices?: 'never' | 'always' | 'user_opt_in';
  /** Days that a device stays trusted. Default 30. */
  rememberDeviceDays?: number;
  /** Whether a trusted device spares its user the second factor. Default true. */
  bypassMFAForTrustedDevices?: boolean;
  /** What makes a sign-in risky, and what follows from it. For 'ADAPTIVE'. */
  adaptive?: AdaptiveMfaOptions;
}

export interface ResolvedPasskeyOptions {
  rpName: string;
  rpId: string;
  origin: readonly string[];
  timeout: number;
  userVerification: 'required' | 'preferred' | 'discouraged';
}

export interface ResolvedMfaOptions {
  enabled: boolean;
  enforcement: MfaEnforcement;
  gracePeriodMs: number;
  requireForSocialLogin: boolean;
  allowedMethods: readonly MfaMethodName[];
  issuer: string;
  totp: Readonly<Required<TotpOptions>>;
  /** Undefined where passkeys are not set up. */
  passkey: Readonly<ResolvedPasskeyOptions> | undefined;
  backup: Readonly<Required<BackupCodeOptions>>;
  rememberDevices: 'never' | 'always' | 'user_opt_in';
  rememberDeviceMs: number;
  bypassMFAForTrustedDevices: boolean;
  adaptive: Readonly<ResolvedAdaptiveMfaOptions>;
}

/** Token of the ResolvedMfaOptions. */
export const MFA_OPTIONS = Symbol('nauth.mfaOptions');
