import { Logger } from '@nestjs/common';
import type { SmsMessage } from '../ports/message';
import type { SMSProvider } from '../ports/sms-provider';

/** Writes text messages, codes included, to the log instead of sending them. For development: production refuses it. */
export class ConsoleSMSProvider implements SMSProvider {
  private readonly logger = new Logger(ConsoleSMSProvider.name);

  send({ to, text }: SmsMessage): Promise<void> {
    this.logger.warn(`This text message is NOT SENT, only printed here.\nTo: ${to}\n\n${text}\n`);
    return Promise.resolve();
  }
}
