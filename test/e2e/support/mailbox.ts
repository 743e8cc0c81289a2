import type { MailServer } from '../../support/mail-server';
import { eventually } from '../../support/notifications';
import type { World } from './world';

/** A code as its reader finds it. */
export interface ReceivedCode {
  code: string;
  /** Of a message with one. */
  link: string | null;
  text: string;
}

/** What arrives at addresses and numbers: in a real mail server where there is one, else in the outbox of the harness. */
export class Mailbox {
  constructor(
    private readonly world: World,
    private readonly mail?: MailServer,
  ) {}

  /** The newest message with a code for a recipient. */
  async code(to: string): Promise<ReceivedCode> {
    if (this.mail === undefined || !to.includes('@')) {
      const { code, link, text } = await this.world.server().message(to, (message) => message.code !== null);
      return { code: code ?? '', link, text };
    }
    const { mail } = this;
    const newest = () =>
      mail.mails.findLast(
        ({ recipients, parsed }) => recipients.includes(to) && /\d{6}/.test(parsed.text ?? ''),
      );
    await eventually(() => newest() !== undefined, `mail for ${to}`);
    const text = newest()?.parsed.text ?? '';
    return {
      code: /(?<!\d)\d{6}(?!\d)/.exec(text)?.[0] ?? '',
      link: /https:\/\/\S+#code=[\w-]{43}/.exec(text)?.[0] ?? null,
      text,
    };
  }

  /** Waits for a message that tells an owner of a sign-up with their address. */
  async notice(to: string): Promise<void> {
    const { mail } = this;
    if (mail)
      await eventually(() => mail.recipients.filter((recipient) => recipient === to).length >= 2, 'notice');
    else await this.world.server().message(to, (message) => message.code === null);
  }
}
