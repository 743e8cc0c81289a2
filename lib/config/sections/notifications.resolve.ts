import { getCountries } from 'libphonenumber-js/max';
import {
  ConsoleEmailProvider,
  ConsoleSMSProvider,
  isEmailTemplate,
  type EmailNotificationsOptions,
  type EmailOptions,
  type EmailProvider,
  type EmailTemplateName,
  type ResolvedNotificationOptions,
  type SmsOptions,
  type SMSProvider,
} from '../../notifications';
import type { SectionContext } from '../section-context';
import { resolveEmailTemplates, resolveSmsTemplates } from './message-templates.resolve';

export interface NotificationDraft {
  emailProvider?: EmailProvider;
  smsProvider?: SMSProvider;
  email?: EmailOptions;
  emailNotifications?: EmailNotificationsOptions;
  sms?: SmsOptions;
}

export function resolveNotifications(
  draft: NotificationDraft,
  context: SectionContext,
): ResolvedNotificationOptions {
  const { report, production } = context;
  const { emailProvider, smsProvider, email = {}, sms = {} } = draft;
  const fallback = production ? undefined : 'console';
  if (production && emailProvider instanceof ConsoleEmailProvider) {
    report.addRule('emailProvider', 'writes codes to the log, which production refuses; use one that sends');
  }
  if (production && smsProvider instanceof ConsoleSMSProvider) {
    report.addRule('smsProvider', 'writes codes to the log, which production refuses; use one that sends');
  }
  return {
    emailProvider: emailProvider ?? fallback,
    smsProvider: smsProvider ?? fallback,
    globalVariables: { ...email.globalVariables },
    emailTemplates: resolveEmailTemplates(email, context),
    smsTemplates: resolveSmsTemplates(sms, context),
    suppressed: suppressedNotices(draft.emailNotifications?.suppress ?? {}),
    allowedCountries: resolveCountries(sms.allowedCountries, smsProvider !== undefined, context),
  };
}

/**
 * Reports that a feature needs a way to send messages, in production, where none is made up for it. For the sections of
 * such features.
 * @param feature how the host wrote it, such as `signup.verificationMethod 'email'`
 */
export function requireProvider(
  channel: 'email' | 'sms',
  feature: string,
  notifications: ResolvedNotificationOptions,
  { report }: Pick<SectionContext, 'report'>,
): void {
  const option = channel === 'email' ? 'emailProvider' : 'smsProvider';
  if (notifications[option] === undefined) {
    report.addRule(
      option,
      `is missing; ${feature} sends ${channel === 'email' ? 'e-mail' : 'text messages'}`,
    );
  }
}

function suppressedNotices(
  suppress: NonNullable<EmailNotificationsOptions['suppress']>,
): Set<EmailTemplateName> {
  const choices = Object.entries({ welcome: true, ...withoutUndefined(suppress) });
  return new Set(choices.flatMap(([name, isOff]) => (isOff && isEmailTemplate(name) ? [name] : [])));
}

function withoutUndefined(flags: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
}

/** Text messages cost money, and are ordered by strangers: in production the host says where they may go (R028). */
function resolveCountries(
  given: SmsOptions['allowedCountries'],
  hasProvider: boolean,
  { report, production }: SectionContext,
): ReadonlySet<string> | 'all' {
  const path = 'sms.allowedCountries';
  if (given === undefined && production && hasProvider) {
    report.addRule(path, "is missing; name the countries that you serve, such as ['DE', 'AT'], or 'all'");
  }
  if (given === undefined || given === 'all') return 'all';
  const known: readonly unknown[] = getCountries();
  Array.from(given).forEach((country: unknown, index) => {
    if (!known.includes(country)) {
      report.addRule(
        `${path}[${index}]`,
        "is no country; write its ISO 3166-1 code in capitals, such as 'DE'",
      );
    }
  });
  return new Set(given);
}
