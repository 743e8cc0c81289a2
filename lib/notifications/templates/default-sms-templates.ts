import type { SmsTemplateName } from './template-variables';

const sender = '{{#if appName}}{{appName}}: {{/if}}';
const ending = 'Valid for {{expiryMinutes}} minutes. Do not pass it on.';

/** The English text messages that come with the toolkit. */
export const defaultSmsTemplates: Readonly<Record<SmsTemplateName, string>> = {
  verification: `${sender}{{code}} is your verification code. ${ending}`,
  mfa: `${sender}{{code}} is your sign-in code. ${ending}`,
  passwordReset: `${sender}{{code}} is your code for a new password. ${ending}`,
};
