import {
  DeliveryError,
  NodemailerEmailProvider,
  TwilioSMSProvider,
  type EmailProvider,
  type SMSProvider,
} from '@nauth-toolkit/nestjs';
import type { HarnessChannel } from './harness-file';
import type { Outbox } from './outbox';
import { UsageError } from './usage-error';

/** The way out for e-mail: kept in the outbox, a mail server (`smtp`), or a web service that takes JSON (`http`). */
export function emailProvider(channel: HarnessChannel | undefined, outbox: Outbox): EmailProvider {
  switch (channel?.type ?? 'outbox') {
    case 'outbox':
      return outbox.email;
    case 'smtp':
      return new NodemailerEmailProvider({ transport: urlOf('email', channel), from: 'harness@example.com' });
    case 'http':
      return postingProvider(urlOf('email', channel));
    default:
      throw new UsageError(`email.type '${channel?.type}' is none of outbox, smtp, http`);
  }
}

/** The way out for text messages: kept in the outbox, or a web service that answers as Twilio does (`http`). */
export function smsProvider(channel: HarnessChannel | undefined, outbox: Outbox): SMSProvider {
  switch (channel?.type ?? 'outbox') {
    case 'outbox':
      return outbox.sms;
    case 'http':
      return new TwilioSMSProvider({
        accountSid: `AC${'0'.repeat(32)}`,
        authToken: 'harness',
        from: '+15005550006',
        endpoint: urlOf('sms', channel),
      });
    default:
      throw new UsageError(`sms.type '${channel?.type}' is none of outbox, http`);
  }
}

function postingProvider(url: string): EmailProvider {
  return {
    send: async ({ id, to, subject, html, text }, signal) => {
      const response = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': id },
        body: JSON.stringify({ to, subject, html, text }),
        signal,
      });
      if (!response.ok) throw new DeliveryError('not-sent', `HTTP ${response.status}`);
    },
  };
}

function urlOf(name: 'email' | 'sms', channel: HarnessChannel | undefined): string {
  if (!channel?.url || !URL.canParse(channel.url)) throw new UsageError(`${name}.url is missing or no URL`);
  return channel.url;
}
