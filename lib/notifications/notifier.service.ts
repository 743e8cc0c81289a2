import { Inject, Injectable, Optional } from '@nestjs/common';
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { canonicalEmail, canonicalPhone, CLOCK, randomId, UNIT_OF_WORK } from '../common';
import type { Clock, UnitOfWork } from '../common';
import { NAuthException } from '../errors';
import { Admission } from './admission';
import type { EmailCode, Notification, SmsCode } from './notification';
import { NOTIFICATION_OPTIONS, type ResolvedNotificationOptions } from './notification.options';
import { MessageDelivery } from './outbox/message-delivery.service';
import { OutboxCipher } from './outbox/outbox-cipher';
import { OutboxSender } from './outbox/outbox-sender.service';
import { OUTBOX_REPOSITORY, type Channel, type OutboxRepository } from './outbox/outbox.repository';
import { SEND_GUARD, type RecipientLimit, type SendGuard } from './ports/send-guard';
import type { EmailCodeTemplate, SmsTemplateName } from './templates/template-variables';

/** How long a notice is worth sending. */
const NOTICE_LIFE_MS = 24 * 3600_000;

/** Who wants to send a code, and where to. */
export type AdmissionRequest = { to: string; userId?: string | null; recipientLimit?: RecipientLimit } & (
  { channel: 'email'; template: EmailCodeTemplate } | { channel: 'sms'; template: SmsTemplateName }
);

/**
 * Takes messages for users. A message is written into the database together with the change that it is about, and sent
 * when that is kept: no reply waits for a mail server, and none that was accepted is forgotten.
 */
@Injectable()
export class Notifier {
  constructor(
    @Inject(NOTIFICATION_OPTIONS) private readonly options: ResolvedNotificationOptions,
    @Inject(OUTBOX_REPOSITORY) private readonly outbox: OutboxRepository,
    @Inject(OutboxCipher) private readonly cipher: OutboxCipher,
    @Inject(OutboxSender) private readonly sender: OutboxSender,
    @Inject(MessageDelivery) private readonly delivery: MessageDelivery,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(CLOCK) private readonly clock: Clock,
    @Optional() @Inject(SEND_GUARD) private readonly guard?: SendGuard,
  ) {}

  /**
   * Asks whether a code may be sent, and counts it (R028). To be called before the unit of work, and before it is known
   * whether there is an account: the answer is the same for both.
   *
   * @throws {NAuthException} VALIDATION_INVALID_EMAIL; VALIDATION_INVALID_PHONE, also for a country that is not served;
   * RATE_LIMIT_EMAIL, RATE_LIMIT_SMS, RATE_LIMIT_RESEND
   */
  async admit({ channel, template, to, userId, recipientLimit }: AdmissionRequest): Promise<Admission> {
    const recipient = canonicalRecipient(channel, to);
    if (channel === 'sms') this.assertServed(recipient);
    await this.guard?.admit({
      ...{ channel, template, purpose: 'code', recipient, userId: userId ?? null },
      ...(recipientLimit && { recipientLimit }),
    });
    return new Admission(channel, recipient);
  }

  /**
   * Refuses a number in a country that is not served. Says nothing of caps, and counts nothing.
   *
   * @throws {NAuthException} VALIDATION_INVALID_PHONE
   */
  assertServed(phone: string): void {
    const { allowedCountries } = this.options;
    if (allowedCountries === 'all') return;
    // A number that belongs to no country for certain is not served either.
    const country = parsePhoneNumberFromString(phone)?.country;
    if (country === undefined || !allowedCountries.has(country)) {
      throw new NAuthException('VALIDATION_INVALID_PHONE', {
        message: 'Messages cannot be sent to this number.',
      });
    }
  }

  /**
   * Takes a message. Inside a unit of work it becomes part of it, and is sent after the commit or never. Notices that are
   * suppressed, or that nobody could send, are dropped.
   *
   * @throws {NAuthException} VALIDATION_INVALID_EMAIL, VALIDATION_INVALID_PHONE, SERVICE_UNAVAILABLE
   * @throws {Error} for a code without a configured provider, without its admission, or with a link that is none
   */
  async queue(notification: Notification): Promise<void> {
    const { channel, template } = notification;
    const to = canonicalRecipient(channel, notification.to);
    const isCode = 'admission' in notification;
    if (isCode) this.assertSendable(notification, to);
    else if (this.options.suppressed.has(notification.template) || !this.delivery.provider(channel)) return;
    const id = randomId();
    const now = this.clock.now();
    const lifeMs = isCode ? notification.expiresInSeconds * 1000 : NOTICE_LIFE_MS;
    const payload = this.cipher.seal(id, {
      to,
      userId: notification.userId ?? null,
      userName: notification.userName ?? null,
      locale: notification.locale ?? null,
      timezone: notification.timezone ?? null,
      occurredAt: now,
      variables: { ...notification.variables },
    });
    const [createdAt, expiresAt] = [new Date(now), new Date(now + lifeMs)];
    const entry = { id, channel, template, payload, state: 'pending', attempts: 0 } as const;
    await this.outbox.insert({ ...entry, dueAt: createdAt, expiresAt, createdAt });
    this.unitOfWork.afterCommit(() => this.sender.wake(id, channel));
  }

  private assertSendable(code: EmailCode | SmsCode, to: string): void {
    code.admission.assertFor(code.channel, to);
    if (!this.delivery.provider(code.channel)) {
      throw new Error(`Codes cannot be sent by ${code.channel}: no provider is configured.`);
    }
    const link: unknown = Reflect.get(code.variables, 'link');
    if (typeof link === 'string' && !/^https?:\/\/[^\s"'<>\\]+$/.test(link)) {
      throw new Error('The link of a message must be absolute, with http or https.');
    }
  }
}

function canonicalRecipient(channel: Channel, to: string): string {
  const recipient = channel === 'email' ? canonicalEmail(to) : canonicalPhone(to);
  if (recipient !== undefined) return recipient;
  throw new NAuthException(channel === 'email' ? 'VALIDATION_INVALID_EMAIL' : 'VALIDATION_INVALID_PHONE');
}
