import type { AuditEventType, NAuthErrorCode } from '../../contracts';
import { EMAIL, PHONE, type AddressKind, type CodePurpose } from '../../verification';

export type AddressName = AddressKind['name'];

interface AddressChangeFacts {
  kind: AddressKind;
  purpose: CodePurpose;
  /** Codes that went to the address before, and mean nothing for the one after it. */
  overtaken: readonly CodePurpose[];
  takenCode: NAuthErrorCode;
  changed: AuditEventType;
}

/** What differs between a change of the e-mail address and one of the phone number. */
export const ADDRESS_CHANGES: Readonly<Record<AddressName, AddressChangeFacts>> = {
  email: {
    kind: EMAIL,
    purpose: 'change-email',
    overtaken: ['verify-email', 'password-reset', 'admin-password-reset', 'mfa-email', 'mfa-setup-email'],
    takenCode: 'SIGNUP_EMAIL_EXISTS',
    changed: 'EMAIL_CHANGED',
  },
  phone: {
    kind: PHONE,
    purpose: 'change-phone',
    overtaken: ['verify-phone', 'password-reset', 'admin-password-reset', 'mfa-sms', 'mfa-setup-sms'],
    takenCode: 'SIGNUP_PHONE_EXISTS',
    changed: 'PHONE_CHANGED',
  },
};
