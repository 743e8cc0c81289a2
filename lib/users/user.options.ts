export type IdentifierType = 'email' | 'username' | 'phone' | 'email_or_username';

export interface SignupOptions {
  /** Default true. */
  enabled?: boolean;
  /** 'none': accounts are usable at once and a taken address is named as such. Default none. */
  verificationMethod?: 'none';
  /** Let several accounts have one phone number; such a number does not sign in. Default false. */
  allowDuplicatePhones?: boolean;
}

export interface LoginOptions {
  /** Which identifiers sign in. Default: all. */
  identifierType?: IdentifierType;
}

export interface ResolvedSignupOptions {
  enabled: boolean;
  verificationMethod: 'none';
  allowDuplicatePhones: boolean;
}

export interface ResolvedLoginOptions {
  identifierType: IdentifierType | undefined;
}

export const SIGNUP_OPTIONS = Symbol('nauth.signupOptions');

export const LOGIN_OPTIONS = Symbol('nauth.loginOptions');
