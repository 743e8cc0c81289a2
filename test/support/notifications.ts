import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock, type Clock, type EncryptionKeys } from '../../lib/common';
import type { DatabaseOptions } from '../../lib/config/nauth-config';
import {
  Notifier,
  OutboxSender,
  type EmailMessage,
  type EmailProvider,
  type OutboxEntry,
  type ResolvedNotificationOptions,
  type SendGuard,
  type SmsMessage,
  type SMSProvider,
} from '../../lib/notifications';
import { MessageDelivery } from '../../lib/notifications/outbox/message-delivery.service';
import { OutboxCipher } from '../../lib/notifications/outbox/outbox-cipher';
import { TemplateRenderer } from '../../lib/notifications/templates/template-renderer';
import { openDatabase, type Database } from '../../lib/persistence';
import { TypeormOutboxRepository } from '../../lib/persistence/repositories';
import { DatabaseTransientStore } from '../../lib/storage';

export interface NotificationParts {
  email?: EmailProvider;
  sms?: SMSProvider;
  guard?: SendGuard;
  clock?: Clock;
  keys?: EncryptionKeys;
  options?: Partial<ResolvedNotificationOptions>;
}

/** One instance of the toolkit, as far as messages go. */
export interface NotificationInstance {
  database: Database;
  notifier: Notifier;
  sender: OutboxSender;
  outbox: TypeormOutboxRepository;
  /** Rows of the outbox, as they are in the database. */
  rows(): Promise<OutboxEntry[]>;
  /** An e-mail with a code, taken within a unit of work. */
  sendCode(to: string, code?: string): Promise<void>;
  close(): Promise<void>;
}

export const testKeys: EncryptionKeys = { current: 'k1', keys: new Map([['k1', randomBytes(32)]]) };

export async function openNotifications(
  options: DatabaseOptions,
  parts: NotificationParts = {},
): Promise<NotificationInstance> {
  const database = await openDatabase({
    database: options,
    tablePrefix: 'nauth_',
    migrations: { autoRun: true },
    logger: undefined,
  });
  const { email, sms, guard, clock = systemClock, keys = testKeys } = parts;
  const resolved: ResolvedNotificationOptions = {
    emailProvider: email,
    smsProvider: sms,
    globalVariables: {},
    emailTemplates: new Map(),
    smsTemplates: new Map(),
    suppressed: new Set(['welcome']),
    allowedCountries: 'all',
    ...parts.options,
  };
  const cipher = new OutboxCipher(keys);
  const outbox = new TypeormOutboxRepository(database);
  const renderer = new TemplateRenderer(resolved);
  const delivery = new MessageDelivery(cipher, renderer, clock, email, sms, guard);
  const sender = new OutboxSender(outbox, delivery, new DatabaseTransientStore(database, clock), clock);
  const notifier = new Notifier(resolved, outbox, cipher, sender, delivery, database, clock, guard);
  return {
    ...{ database, notifier, sender, outbox },
    rows: () =>
      database.execute((manager) =>
        manager.createQueryBuilder(database.entities.outbox, 'entry').orderBy('entry.createdAt').getMany(),
      ),
    sendCode: async (to, code = '123456') => {
      const admission = await notifier.admit({ channel: 'email', template: 'verification', to });
      await database.run(() =>
        notifier.queue({
          ...{ channel: 'email', template: 'verification', to, admission },
          variables: { code },
          expiresInSeconds: 3600,
        }),
      );
    },
    close: async () => {
      await sender.close();
      await database.close();
    },
  };
}

/** A provider that keeps what it is given, or does as it is told. */
export class RecordingProvider implements EmailProvider, SMSProvider {
  readonly messages: (EmailMessage | SmsMessage)[] = [];
  /** Calls of `send`. */
  attempts = 0;
  deduplicates?: boolean;

  /** Called in place of taking the message. */
  behaviour: ((attempt: number, signal: AbortSignal) => Promise<void>) | undefined;

  async send(message: EmailMessage | SmsMessage, signal: AbortSignal): Promise<void> {
    this.attempts += 1;
    await this.behaviour?.(this.attempts, signal);
    this.messages.push(message);
  }
}

/** Waits for something that happens in the background; fails after a time that only a hang takes. */
export async function eventually(check: () => boolean | Promise<boolean>, what = 'it'): Promise<void> {
  const end = Date.now() + 15_000;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`${what} did not happen in time`);
    await sleep(10);
  }
}
