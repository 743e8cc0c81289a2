import { Logger } from '@nestjs/common';
import type { EmailProvider } from '../ports/email-provider';
import type { EmailMessage } from '../ports/message';

/**
 * Writes e-mail, codes included, to the log instead of sending it. For development: production refuses it.
 */
export class ConsoleEmailProvider implements EmailProvider {
  private readonly logger = new Logger(ConsoleEmailProvider.name);

  send({ to, subject, text }: EmailMessage): Promise<void> {
    this.logger.warn(
      `This e-mail is NOT SENT, only printed here.\nTo: ${to}\nSubject: ${subject}\n\n${text}\n`,
    );
    return Promise.resolve();
  }
}
