import type { Provider } from '@nestjs/common';
import { AccountNotices } from './account-notices.service';
import { NOTIFICATION_OPTIONS, type ResolvedNotificationOptions } from './notification.options';
import { Notifier } from './notifier.service';
import { MessageDelivery } from './outbox/message-delivery.service';
import { OutboxCipher } from './outbox/outbox-cipher';
import { OutboxSender } from './outbox/outbox-sender.service';
import { EMAIL_PROVIDER, type EmailProvider } from './ports/email-provider';
import { SMS_PROVIDER, type SMSProvider } from './ports/sms-provider';
import { ConsoleEmailProvider } from './providers/console-email.provider';
import { ConsoleSMSProvider } from './providers/console-sms.provider';
import { TemplateRenderer } from './templates/template-renderer';

/** A way out that is ready, or undefined. */
async function opened<P extends EmailProvider | SMSProvider>(
  provider: P | undefined,
): Promise<P | undefined> {
  await provider?.open?.();
  return provider;
}

/** What this folder provides, given NOTIFICATION_OPTIONS, OUTBOX_REPOSITORY, ENCRYPTION_KEYS and the store. */
export const notificationProviders: Provider[] = [
  {
    provide: EMAIL_PROVIDER,
    inject: [NOTIFICATION_OPTIONS],
    useFactory: ({ emailProvider }: ResolvedNotificationOptions) =>
      opened<EmailProvider>(emailProvider === 'console' ? new ConsoleEmailProvider() : emailProvider),
  },
  {
    provide: SMS_PROVIDER,
    inject: [NOTIFICATION_OPTIONS],
    useFactory: ({ smsProvider }: ResolvedNotificationOptions) =>
      opened<SMSProvider>(smsProvider === 'console' ? new ConsoleSMSProvider() : smsProvider),
  },
  TemplateRenderer,
  OutboxCipher,
  MessageDelivery,
  OutboxSender,
  Notifier,
  AccountNotices,
];
