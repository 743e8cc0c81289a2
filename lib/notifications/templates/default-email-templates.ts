import { emailParts, type EmailBlock, type EmailContent, type EmailParts } from './email-layout';
import type { EmailTemplateName } from './template-variables';

const origin: EmailBlock = { origin: true };
const manage: EmailBlock = { link: 'dashboardUrl', label: 'Go to your account' };
const notYou =
  'If this was not you, change your password now{{#if supportEmail}} and write to {{supportEmail}}{{/if}}.';
const expiry = 'The code can be used once, for {{expiryMinutes}} minutes.';
const neverTell = 'Nobody who works for us will ask you for it. Do not pass it on.';

const contents: Readonly<Record<EmailTemplateName, EmailContent>> = {
  verification: {
    subject: 'Your verification code',
    heading: 'Confirm your e-mail address',
    body: [
      'Enter this code to confirm that this address is yours:',
      { code: true },
      { link: 'link', label: 'Confirm the address' },
      expiry,
      'If you did not ask for it, you can ignore this message.',
    ],
  },
  passwordReset: {
    subject: 'Reset your password',
    heading: 'Reset your password',
    body: [
      'Somebody asked to set a new password for your account. If it was you, enter this code:',
      { code: true },
      { link: 'link', label: 'Set a new password' },
      expiry,
      `If it was not you, ignore this message: your password stays as it is. ${neverTell}`,
    ],
  },
  adminPasswordReset: {
    subject: 'Set a new password',
    heading: 'Set a new password',
    body: [
      'An administrator has started a reset of your password. Enter this code to choose a new one:',
      { code: true },
      { link: 'link', label: 'Set a new password' },
      expiry,
      neverTell,
    ],
  },
  mfaEmailCode: {
    subject: 'Your sign-in code',
    heading: 'Your sign-in code',
    body: ['Enter this code to finish signing in:', { code: true }, `${expiry} ${neverTell}`, notYou],
  },
  accountExists: {
    subject: 'You already have an account',
    heading: 'You already have an account',
    body: [
      'Somebody tried to open an account with this e-mail address. It has one already, so nothing was changed.',
      'If it was you, sign in, or reset your password if you do not remember it.',
      origin,
      manage,
    ],
  },
  welcome: {
    subject: 'Welcome',
    heading: 'Welcome{{#if appName}} to {{appName}}{{/if}}',
    body: ['Your account is ready.', manage],
  },
  passwordChanged: {
    subject: 'Your password was changed',
    heading: 'Your password was changed',
    body: ['The password of your account has just been changed.', origin, notYou, manage],
  },
  newDevice: {
    subject: 'New sign-in to your account',
    heading: 'New sign-in to your account',
    body: [
      'Somebody has signed in to your account from a device that we did not know.',
      origin,
      notYou,
      manage,
    ],
  },
  sessionsRevoked: {
    subject: 'You were signed out',
    heading: 'You were signed out',
    body: [
      'Sessions of your account were ended{{#if sessionCount}}: {{sessionCount}}{{/if}}. Sign in again to go on.',
      origin,
      notYou,
    ],
  },
  accountLockout: {
    subject: 'Sign-in to your account is locked',
    heading: 'Sign-in to your account is locked',
    body: [
      'A wrong password was entered too often, so your account does not accept passwords for a while.',
      { when: 'lockMinutes', then: 'It accepts them again after {{lockMinutes}} minutes.' },
      origin,
      'If this was not you, somebody is trying to guess your password. Choose a long one that you use nowhere else.',
    ],
  },
  accountDisabled: {
    subject: 'Your account was disabled',
    heading: 'Your account was disabled',
    body: ['Your account has been disabled, and you were signed out everywhere.'],
  },
  accountEnabled: {
    subject: 'Your account was enabled',
    heading: 'Your account was enabled',
    body: ['Your account can be used again.', manage],
  },
  emailChangedOld: {
    subject: 'Your e-mail address was changed',
    heading: 'Your e-mail address was changed',
    body: [
      'Your account has another e-mail address now. This one is not used any more.',
      { when: 'newEmailMasked', then: 'New address: {{newEmailMasked}}' },
      origin,
      'If this was not you, {{#if supportEmail}}write to {{supportEmail}} at once{{else}}tell us at once{{/if}}.',
    ],
  },
  emailChangedNew: {
    subject: 'Your e-mail address was changed',
    heading: 'Your e-mail address was changed',
    body: ['This is now the e-mail address of your account.', manage],
  },
  phoneChanged: {
    subject: 'Your phone number was changed',
    heading: 'Your phone number was changed',
    body: [
      'Your account has another phone number now.',
      { when: 'newPhoneMasked', then: 'New number: {{newPhoneMasked}}' },
      origin,
      notYou,
    ],
  },
  mfaFirstEnabled: {
    subject: 'Two-step sign-in is on',
    heading: 'Two-step sign-in is on',
    body: ['From now on your account asks for a second step at sign-in: {{method}}.', origin, notYou, manage],
  },
  mfaMethodAdded: {
    subject: 'A sign-in method was added',
    heading: 'A sign-in method was added',
    body: ['A second step was added to your account: {{method}}.', origin, notYou, manage],
  },
  mfaDeviceRemoved: {
    subject: 'A sign-in method was removed',
    heading: 'A sign-in method was removed',
    body: [
      'A second step was removed from your account: {{method}}{{#if deviceName}} ({{deviceName}}){{/if}}.',
      origin,
      notYou,
      manage,
    ],
  },
  mfaWrongCodes: {
    subject: 'Somebody may know your password',
    heading: 'Somebody may know your password',
    body: [
      'Your right password was entered, and then a wrong code for the second step again and again. Nobody was let in.',
      origin,
      notYou,
      manage,
    ],
  },
  adaptiveMfaRiskDetected: {
    subject: 'Unusual sign-in to your account',
    heading: 'Unusual sign-in to your account',
    body: ['We noticed a sign-in that does not look like yours.', origin, notYou, manage],
  },
};

/** The English e-mail of this name. */
export function defaultEmailTemplate(name: EmailTemplateName): EmailParts {
  return emailParts(contents[name]);
}
