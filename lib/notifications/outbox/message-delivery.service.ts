import { Inject, Injectable, Optional } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common';
import { NAuthException } from '../../errors';
import { DeliveryError, toDeliveryError } from '../ports/delivery-error';
import { EMAIL_PROVIDER, type EmailProvider } from '../ports/email-provider';
import { SEND_GUARD, type CountedSend, type SendGuard } from '../ports/send-guard';
import { SMS_PROVIDER, type SMSProvider } from '../ports/sms-provider';
import { TemplateRenderer, type RenderInput } from '../templates/template-renderer';
import { isCodeTemplate, isEmailTemplate, isSmsTemplate } from '../templates/template-variables';
import { OutboxCipher } from './outbox-cipher';
import type { Channel, OutboxEntry } from './outbox.repository';
import { withTimeLimit } from './time-limit';

/** How long one attempt may take. */
export const ATTEMPT_MS = 10_000;

/** One attempt to send a message: opened, written, handed over within its time. */
@Injectable()
export class MessageDelivery {
  constructor(
    @Inject(OutboxCipher) private readonly cipher: OutboxCipher,
    @Inject(TemplateRenderer) private readonly renderer: TemplateRenderer,
    @Inject(CLOCK) private readonly clock: Clock,
    @Inject(EMAIL_PROVIDER) private readonly email: EmailProvider | undefined,
    @Inject(SMS_PROVIDER) private readonly sms: SMSProvider | undefined,
    @Optional() @Inject(SEND_GUARD) private readonly guard?: SendGuard,
  ) {}

  /** The way out of a channel, if it has one. */
  provider(channel: Channel): EmailProvider | SMSProvider | undefined {
    return channel === 'email' ? this.email : this.sms;
  }

  /**
   * Resolves when the provider has taken the message.
   * @param stop aborted when the application ends
   * @throws {DeliveryError}
   */
  async send(entry: OutboxEntry, stop: AbortSignal): Promise<void> {
    const { channel, template } = entry;
    const input = this.open(entry);
    if (channel === 'email') {
      const provider = this.email;
      if (!provider) throw new DeliveryError('not-sent', 'no provider');
      if (!isEmailTemplate(template)) throw new DeliveryError('refused', 'unknown template');
      const message = { id: entry.id, to: input.to, template, ...this.renderer.email(template, input) };
      const counted = isCodeTemplate(template)
        ? undefined
        : await this.admitNotice({ template, recipient: input.to, userId: input.userId });
      try {
        await withTimeLimit(ATTEMPT_MS, stop, (signal) => provider.send(message, signal));
      } catch (error) {
        // Another attempt counts again: what was not sent must not use up what is left for it.
        if (toDeliveryError(error).outcome === 'not-sent') await counted?.giveBack();
        throw error;
      }
    } else {
      const provider = this.sms;
      if (!provider) throw new DeliveryError('not-sent', 'no provider');
      if (!isSmsTemplate(template)) throw new DeliveryError('refused', 'unknown template');
      const message = { id: entry.id, to: input.to, template, ...this.renderer.sms(template, input) };
      await withTimeLimit(ATTEMPT_MS, stop, (signal) => provider.send(message, signal));
    }
  }

  private open(entry: OutboxEntry): RenderInput & { userId: string | null } {
    try {
      const payload = this.cipher.open(entry.id, entry.payload);
      return { ...payload, expiresAt: entry.expiresAt.getTime(), now: this.clock.now() };
    } catch (error) {
      throw new DeliveryError('refused', 'unreadable entry', { cause: error });
    }
  }

  /**
   * Who asks for a code is capped before; what an account is told of by itself is capped here. Above a cap it waits, as
   * long as it is worth sending.
   */
  private async admitNotice(
    notice: Omit<Parameters<SendGuard['admit']>[0], 'channel' | 'purpose'>,
  ): Promise<CountedSend | undefined> {
    try {
      return await this.guard?.admit({ ...notice, channel: 'email', purpose: 'notice' });
    } catch (error) {
      if (error instanceof NAuthException && error.getStatus() === 429) {
        throw new DeliveryError('not-sent', 'too many notices', { cause: error });
      }
      throw new DeliveryError('not-sent', toDeliveryError(error).reason, { cause: error });
    }
  }
}
