import type { AuditEventType, ChallengeName } from '../contracts';
import type { Channel } from '../notifications';
import type { ResolvedSignupOptions, ResolvedVerificationOptions, User } from '../users';
import type { CodePurpose } from './one-time-code';

/** What differs between proving an e-mail address and proving a phone number. */
export interface AddressKind {
  readonly name: 'email' | 'phone';
  readonly channel: Channel;
  readonly challenge: ChallengeName;
  readonly purpose: CodePurpose;
  readonly events: Readonly<Record<'requested' | 'failed' | 'verified', AuditEventType>>;
  options(signup: ResolvedSignupOptions): ResolvedVerificationOptions;
  isAsked(signup: ResolvedSignupOptions): boolean;
  isVerified(user: User): boolean;
}

export const EMAIL: AddressKind = {
  name: 'email',
  channel: 'email',
  challenge: 'VERIFY_EMAIL',
  purpose: 'verify-email',
  events: {
    requested: 'EMAIL_VERIFICATION_REQUESTED',
    failed: 'EMAIL_VERIFICATION_FAILED',
    verified: 'EMAIL_VERIFIED',
  },
  options: ({ emailVerification }) => emailVerification,
  isAsked: ({ verificationMethod }) => verificationMethod === 'email' || verificationMethod === 'both',
  isVerified: ({ isEmailVerified }) => isEmailVerified,
};

export const PHONE: AddressKind = {
  name: 'phone',
  channel: 'sms',
  challenge: 'VERIFY_PHONE',
  purpose: 'verify-phone',
  events: {
    requested: 'PHONE_VERIFICATION_REQUESTED',
    failed: 'PHONE_VERIFICATION_FAILED',
    verified: 'PHONE_VERIFIED',
  },
  options: ({ phoneVerification }) => phoneVerification,
  isAsked: ({ verificationMethod }) => verificationMethod === 'phone' || verificationMethod === 'both',
  isVerified: ({ isPhoneVerified }) => isPhoneVerified,
};
