import type { Admission, EmailCode, EmailCodeTemplate, SmsCode, SmsTemplateName } from '../notifications';
import type { CodePurpose } from './one-time-code';

const EMAILS: Record<CodePurpose, EmailCodeTemplate> = {
  'verify-email': 'verification',
  'verify-phone': 'verification',
  'change-email': 'verification',
  'change-phone': 'verification',
  'mfa-email': 'mfaEmailCode',
  'mfa-sms': 'mfaEmailCode',
  'mfa-setup-email': 'verification',
  'mfa-setup-sms': 'verification',
  'password-reset': 'passwordReset',
  'admin-password-reset': 'adminPasswordReset',
};

const TEXTS: Record<CodePurpose, SmsTemplateName> = {
  'verify-email': 'verification',
  'verify-phone': 'verification',
  'change-email': 'verification',
  'change-phone': 'verification',
  'mfa-email': 'mfa',
  'mfa-sms': 'mfa',
  'mfa-setup-email': 'verification',
  'mfa-setup-sms': 'verification',
  'password-reset': 'passwordReset',
  'admin-password-reset': 'passwordReset',
};

/** The templates that a code of this purpose is sent with. */
export function emailTemplateOf(purpose: CodePurpose): EmailCodeTemplate {
  return EMAILS[purpose];
}

export function smsTemplateOf(purpose: CodePurpose): SmsTemplateName {
  return TEXTS[purpose];
}

/** Who reads a message. Leave the name out where the address is not proved yet: a stranger may have chosen both. */
export interface CodeReader {
  name?: string | null;
  locale?: string | null;
  timezone?: string | null;
}

interface MessageParts {
  purpose: CodePurpose;
  admission: Admission;
  userId: string | null;
  reader: CodeReader;
  expiresInSeconds: number;
  code: string;
  link: string | undefined;
}

export function codeMessage(parts: MessageParts): EmailCode | SmsCode {
  const { purpose, admission, userId, reader, expiresInSeconds, code, link } = parts;
  const { name: userName, locale, timezone } = reader;
  const common = { to: admission.recipient, userId, userName, locale, timezone, expiresInSeconds, admission };
  if (admission.channel === 'sms') {
    return { ...common, channel: 'sms', template: smsTemplateOf(purpose), variables: { code } };
  }
  const template = emailTemplateOf(purpose);
  // Who signs in enters the code where it was asked for; there is nothing to follow.
  return template === 'mfaEmailCode'
    ? { ...common, channel: 'email', template, variables: { code } }
    : { ...common, channel: 'email', template, variables: { code, link } };
}
