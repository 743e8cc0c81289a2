import type {
  EmailNotificationsOptions,
  EmailOptions,
  EmailProvider,
  EmailTemplates,
  GlobalVariables,
  SmsOptions,
  SMSProvider,
  SmsTemplates,
  SuppressibleNotice,
} from '../../notifications';
import { field, flag, hasMethods, isOptionsObject, section, text, type Shape } from '../fields';

const url = () => text('an http or https URL', /^https?:\/\/[^\s"'<>\\]+$/i, 2048);

const notices: Shape<Record<SuppressibleNotice, boolean | undefined>> = {
  welcome: flag(),
  passwordChanged: flag(),
  newDevice: flag(),
  sessionsRevoked: flag(),
  accountLockout: flag(),
  accountDisabled: flag(),
  accountEnabled: flag(),
  emailChangedOld: flag(),
  emailChangedNew: flag(),
  phoneChanged: flag(),
  mfaFirstEnabled: flag(),
  mfaMethodAdded: flag(),
  mfaDeviceRemoved: flag(),
  mfaWrongCodes: flag(),
  adaptiveMfaRiskDetected: flag(),
};

/** Objects whose entries are named by the host; the rules look into them. */
const byName = <T>(what: string) => field<T>(what, isOptionsObject);

export const emailProviderSchema = field<EmailProvider>(
  'an object with the method send, such as new NodemailerEmailProvider({ transport, from })',
  (value) => hasMethods(value, ['send']),
);

export const smsProviderSchema = field<SMSProvider>(
  'an object with the method send, such as new TwilioSMSProvider({ accountSid, authToken, from })',
  (value) => hasMethods(value, ['send']),
);

export const emailSchema = section<EmailOptions>({
  globalVariables: section<GlobalVariables>({
    appName: text('a text of one line, at most 60 characters', /./, 60),
    companyName: text(),
    companyAddress: text(),
    supportEmail: text('an e-mail address', /^[^\s@<>]+@[^\s@<>]+$/, 254),
    brandColor: text("a colour such as '#3e5c76'", /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i),
    logoUrl: url(),
    dashboardUrl: url(),
    footerDisclaimer: text(),
  }),
  templates: byName<EmailTemplates>('an object of templates by name'),
  languages: byName<Record<string, EmailTemplates>>('an object of template sets by language'),
});

export const emailNotificationsSchema = section<EmailNotificationsOptions>({
  suppress: section<NonNullable<EmailNotificationsOptions['suppress']>>(notices),
});

export const smsSchema = section<SmsOptions>({
  templates: byName<SmsTemplates>('an object of texts by name'),
  languages: byName<Record<string, SmsTemplates>>('an object of template sets by language'),
  allowedCountries: field<string[] | 'all'>(
    "'all', or a list of ISO country codes such as ['DE', 'AT']",
    (value) => value === 'all' || (Array.isArray(value) && value.length > 0 && value.length <= 300),
  ),
});
