/** A code that proves an address. */
export interface CodeVariables {
  code: string;
  /** Built from configuration, never from a request. Absolute, http or https. */
  link?: string | null;
}

/** Where something was done. */
export interface OriginVariables {
  ipAddress?: string | null;
  /** Such as "Firefox on Windows". */
  device?: string | null;
  /** Such as "Vienna, AT". */
  location?: string | null;
}

/** Every e-mail, with what only it shows. */
export interface EmailTemplateVariables {
  verification: CodeVariables;
  passwordReset: CodeVariables;
  adminPasswordReset: CodeVariables;
  mfaEmailCode: { code: string };
  /** Somebody tried to sign up with the address of this account. */
  accountExists: OriginVariables;
  welcome: object;
  passwordChanged: OriginVariables;
  newDevice: OriginVariables;
  sessionsRevoked: OriginVariables & { sessionCount?: number | null };
  accountLockout: OriginVariables & { lockMinutes?: number | null };
  accountDisabled: object;
  accountEnabled: object;
  /** To the address that the account had. */
  emailChangedOld: OriginVariables & { newEmailMasked?: string | null };
  /** To the address that the account has now. */
  emailChangedNew: object;
  phoneChanged: OriginVariables & { newPhoneMasked?: string | null };
  /** `method` as the reader knows it, such as `authenticator app`; so in the next two. */
  mfaFirstEnabled: OriginVariables & { method: string };
  mfaMethodAdded: OriginVariables & { method: string };
  mfaDeviceRemoved: OriginVariables & { method: string; deviceName?: string | null };
  /** The right password, and then wrong codes again and again. */
  mfaWrongCodes: OriginVariables;
  adaptiveMfaRiskDetected: OriginVariables;
}

/** Every text message, with what it shows. */
export interface SmsTemplateVariables {
  verification: { code: string };
  mfa: { code: string };
  passwordReset: { code: string };
}

export type EmailTemplateName = keyof EmailTemplateVariables;
export type SmsTemplateName = keyof SmsTemplateVariables;

/** E-mails that carry a code: they are asked for, capped, and worthless after the code has expired. */
export type EmailCodeTemplate = 'verification' | 'passwordReset' | 'adminPasswordReset' | 'mfaEmailCode';
export type EmailNoticeTemplate = Exclude<EmailTemplateName, EmailCodeTemplate>;

/** Notices that an application may turn off. The one of a sign-up for a taken address is the only answer to it. */
export type SuppressibleNotice = Exclude<EmailNoticeTemplate, 'accountExists'>;

type NamesOf<Variables> = Variables extends unknown ? readonly (keyof Variables)[] : never;
type Catalogue<Templates> = { readonly [Name in keyof Templates]: NamesOf<Templates[Name]> };

const origin = ['ipAddress', 'device', 'location'] as const;

/** Names of the variables of each e-mail, for checking templates of the application. */
export const emailTemplateVariables: Catalogue<EmailTemplateVariables> = {
  verification: ['code', 'link'],
  passwordReset: ['code', 'link'],
  adminPasswordReset: ['code', 'link'],
  mfaEmailCode: ['code'],
  accountExists: origin,
  welcome: [],
  passwordChanged: origin,
  newDevice: origin,
  sessionsRevoked: [...origin, 'sessionCount'],
  accountLockout: [...origin, 'lockMinutes'],
  accountDisabled: [],
  accountEnabled: [],
  emailChangedOld: [...origin, 'newEmailMasked'],
  emailChangedNew: [],
  phoneChanged: [...origin, 'newPhoneMasked'],
  mfaFirstEnabled: [...origin, 'method'],
  mfaMethodAdded: [...origin, 'method'],
  mfaDeviceRemoved: [...origin, 'method', 'deviceName'],
  mfaWrongCodes: origin,
  adaptiveMfaRiskDetected: origin,
};

export const smsTemplateVariables: Catalogue<SmsTemplateVariables> = {
  verification: ['code'],
  mfa: ['code'],
  passwordReset: ['code'],
};

const codeTemplates: readonly string[] = [
  'verification',
  'passwordReset',
  'adminPasswordReset',
  'mfaEmailCode',
] satisfies EmailCodeTemplate[];

export function isCodeTemplate(name: EmailTemplateName): name is EmailCodeTemplate {
  return codeTemplates.includes(name);
}

export function isEmailTemplate(name: string): name is EmailTemplateName {
  return Object.hasOwn(emailTemplateVariables, name);
}

export function isSmsTemplate(name: string): name is SmsTemplateName {
  return Object.hasOwn(smsTemplateVariables, name);
}

/** Variables that every template may use, whatever it is about. */
export const commonVariables = [
  ...['appName', 'companyName', 'companyAddress', 'supportEmail', 'brandColor', 'logoUrl', 'dashboardUrl'],
  ...['footerDisclaimer', 'currentYear', 'userName', 'timestamp', 'timestampFormatted', 'expiryMinutes'],
] as const;

/** The same for e-mail alone. */
export const emailCommonVariables = ['userEmail', 'subject'] as const;
