import type { EmailProvider } from './ports/email-provider';
import type { SMSProvider } from './ports/sms-provider';
import type { EmailTemplateName, SmsTemplateName, SuppressibleNotice } from './templates/template-variables';

/** What every message may show of the application. */
export interface GlobalVariables {
  appName?: string;
  companyName?: string;
  companyAddress?: string;
  supportEmail?: string;
  /** `#rgb` or `#rrggbb`. */
  brandColor?: string;
  /** http or https. */
  logoUrl?: string;
  /** Where users look after their account; http or https. */
  dashboardUrl?: string;
  footerDisclaimer?: string;
}

/** One e-mail of the application: Handlebars templates, as text or as files that are read at start. */
export interface EmailTemplateOptions {
  subject?: string;
  html?: string;
  htmlPath?: string;
  text?: string;
  textPath?: string;
}

export type EmailTemplates = { [Name in EmailTemplateName]?: EmailTemplateOptions };
export type SmsTemplates = { [Name in SmsTemplateName]?: string };

export interface EmailOptions {
  globalVariables?: GlobalVariables;
  /** In place of the e-mails that come with the toolkit; parts that are left out stay. */
  templates?: EmailTemplates;
  /** E-mails in other languages by BCP 47 tag, such as `de` or `pt-BR`, each complete. */
  languages?: Record<string, EmailTemplates>;
}

export interface SmsOptions {
  /** In place of the text messages that come with the toolkit. */
  templates?: SmsTemplates;
  /** Text messages in other languages by BCP 47 tag. */
  languages?: Record<string, SmsTemplates>;
  /** ISO 3166-1 codes of the countries that messages are sent to, or 'all'. Default: 'all', none in production. */
  allowedCountries?: string[] | 'all';
}

export interface EmailNotificationsOptions {
  /** Notices that are not sent. Default: `welcome` alone. */
  suppress?: { [Name in SuppressibleNotice]?: boolean };
}

/** The templates of one e-mail as far as the application has its own. */
export interface EmailTemplateSource {
  subject?: string;
  html?: string;
  text?: string;
}

/** Templates of the application by language, in lower case, and name. Under `en` are those in place of the built-in. */
export type TemplatesByLanguage<Name, Source> = ReadonlyMap<string, ReadonlyMap<Name, Source>>;

export interface ResolvedNotificationOptions {
  /** `console` where none is configured, outside production. */
  emailProvider: EmailProvider | 'console' | undefined;
  smsProvider: SMSProvider | 'console' | undefined;
  globalVariables: GlobalVariables;
  emailTemplates: TemplatesByLanguage<EmailTemplateName, EmailTemplateSource>;
  smsTemplates: TemplatesByLanguage<SmsTemplateName, string>;
  suppressed: ReadonlySet<EmailTemplateName>;
  allowedCountries: ReadonlySet<string> | 'all';
}

/** Token of the ResolvedNotificationOptions. */
export const NOTIFICATION_OPTIONS = Symbol('nauth.notificationOptions');
