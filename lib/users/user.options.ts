import type {
  EmailVerificationOptions,
  ResolvedVerificationOptions,
  VerificationOptions,
} from './code.options';

export type IdentifierType = 'email' | 'username' | 'phone' | 'email_or_username';

/** Which addresses have to be proved before there are tokens. */
export type VerificationMethod = 'none' | 'email' | 'phone' | 'both';

export interface SignupOptions {
  /** Default true. */
  enabled?: boolean;
  /** 'none': accounts are usable at once and a taken address is named as such. Default none. */
  verificationMethod?: VerificationMethod;
  /** Let several accounts have one phone number; such a number does not sign in. Default false. */
  allowDuplicatePhones?: boolean;
  /** With verification, tell that an address is taken instead of telling its owner. Default false (R015). */
  discloseExisting?: boolean;
  emailVerification?: EmailVerificationOptions;
  phoneVerification?: VerificationOptions;
}

export interface LoginOptions {
  /** Which identifiers sign in. Default: all. */
  identifierType?: IdentifierType;
}

export interface ResolvedSignupOptions {
  enabled: boolean;
  verificationMethod: VerificationMethod;
  allowDuplicatePhones: boolean;
  discloseExisting: boolean;
  emailVerification: ResolvedVerificationOptions;
  phoneVerification: ResolvedVerificationOptions;
}

export interface ResolvedLoginOptions {
  identifierType: IdentifierType | undefined;
}

export const SIGNUP_OPTIONS = Symbol('nauth.signupOptions');

export const LOGIN_OPTIONS = Symbol('nauth.loginOptions');
