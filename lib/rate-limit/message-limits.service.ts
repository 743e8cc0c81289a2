import { Inject, Injectable } from '@nestjs/common';
import { UNKNOWN_NETWORK } from '../common';
import { ContextStorage } from '../context';
import type { NAuthErrorCode } from '../contracts';
import type { CountedSend, SendGuard, SendRequest } from '../notifications';
import {
  accountSubject,
  nameSubject,
  networkSubject,
  recipientSubject,
  type LimitSubject,
} from './limit-subject';
import type { MessageCaps, ResolvedMessageLimits } from './message-limits.options';
import type { RateLimit } from './rate-limit';
import { RateLimiter, type LimitedUse } from './rate-limiter.service';
import { RATE_LIMITS_OPTIONS } from './rate-limits.options';
import type { ResolvedLimit } from './rate-limits.options';

const CODES: Readonly<Record<SendRequest['channel'], NAuthErrorCode>> = {
  email: 'RATE_LIMIT_EMAIL',
  sms: 'RATE_LIMIT_SMS',
};
/** Nothing but time ends a cap. */
const BELIEVE_MS = 60_000;

type Cap = [limit: RateLimit | undefined, subject: LimitSubject];

/**
 * Caps on messages (R028): for the network that asks, the account, the recipient and all together. Codes and notices are
 * counted apart, so that nobody keeps a notice from its reader by asking for codes.
 */
@Injectable()
export class MessageLimits implements SendGuard {
  constructor(
    @Inject(RateLimiter) private readonly limiter: RateLimiter,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(RATE_LIMITS_OPTIONS) private readonly options: { readonly messages: ResolvedMessageLimits },
  ) {}

  /** @throws {NAuthException} RATE_LIMIT_EMAIL, RATE_LIMIT_SMS with `retryAfter`; SERVICE_UNAVAILABLE */
  async admit(request: SendRequest): Promise<CountedSend> {
    const uses: LimitedUse[] = [];
    const giveBack = async () => void (await Promise.all(uses.map((use) => use.giveBack())));
    try {
      for (const [limit, subject] of this.caps(request)) uses.push(await this.limiter.take(limit, subject));
    } catch (error) {
      // What was not sent is not counted, for whom it was not refused.
      await giveBack();
      throw error;
    }
    return { giveBack };
  }

  /** Cheapest to exhaust first: a refusal for one network or address must not use up what all have together. */
  private caps(request: SendRequest): Cap[] {
    const { channel, template, recipient, userId, recipientLimit } = request;
    const caps = this.options.messages[channel];
    const to = recipientSubject(recipient);
    const ofTemplate = { ...to, value: `${template} ${to.value}` };
    const isNotice = request.purpose === 'notice';
    const network = this.context.current()?.client?.network ?? UNKNOWN_NETWORK;
    return [
      // Notices are sent in the background, for no network.
      ...(isNotice ? [] : [this.cap(request, 'network', caps, networkSubject(network))]),
      ...(userId === null ? [] : [this.cap(request, 'account', caps, accountSubject(userId))]),
      [toLimit(request, 'template', recipientLimit), ofTemplate],
      this.cap(request, 'recipient', caps, to),
      this.cap(request, 'all', caps, nameSubject('all')),
    ];
  }

  private cap(request: SendRequest, name: keyof MessageCaps, caps: MessageCaps, subject: LimitSubject): Cap {
    return [toLimit(request, name, caps[name]), subject];
  }
}

function toLimit(
  { channel, purpose }: SendRequest,
  name: string,
  limit: ResolvedLimit | undefined,
): RateLimit | undefined {
  return (
    limit && {
      ...limit,
      name: `${channel}-${purpose}-${name}`,
      code: CODES[channel],
      event: 'SUSPICIOUS_ACTIVITY',
      believeMs: BELIEVE_MS,
    }
  );
}
