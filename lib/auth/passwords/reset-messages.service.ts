import { Inject, Injectable, Logger } from '@nestjs/common';
import { NOTIFICATION_OPTIONS, type Channel, type ResolvedNotificationOptions } from '../../notifications';
import type { ResolvedCodeOptions, User } from '../../users';
import { CodeSender, type AdmittedCode, type SentCode } from '../../verification';
import { LONGEST_SMS_CODE_MS, type ResetPurpose } from './password-reset';

/** Sends codes for a reset to the address that stands on the account, and to nobody else (R119). */
@Injectable()
export class ResetMessages {
  private readonly logger = new Logger(ResetMessages.name);

  constructor(
    @Inject(CodeSender) private readonly sender: CodeSender,
    @Inject(NOTIFICATION_OPTIONS) private readonly providers: ResolvedNotificationOptions,
  ) {}

  /** By e-mail; by text message to a number that is proved, where the e-mail address is not. */
  channelFor(user: User): Channel {
    const bySms = user.phone !== null && user.isPhoneVerified && !user.isEmailVerified;
    return bySms && this.providers.smsProvider !== undefined ? 'sms' : 'email';
  }

  /**
   * Before the unit of work that `send` is part of. Undefined where the user cannot be reached that way.
   *
   * @throws {NAuthException} RATE_LIMIT_EMAIL, RATE_LIMIT_SMS, VALIDATION_INVALID_PHONE, SERVICE_UNAVAILABLE
   */
  async admit(
    user: User,
    purpose: ResetPurpose,
    channel: Channel,
    options: ResolvedCodeOptions,
  ): Promise<AdmittedCode | undefined> {
    const to = channel === 'email' ? user.email : user.phone;
    const provider = channel === 'email' ? this.providers.emailProvider : this.providers.smsProvider;
    if (provider === undefined)
      this.logger.warn(`A reset code was not sent: no provider for ${channel} is configured.`);
    if (to === null || provider === undefined) return undefined;
    return this.sender.admit({ purpose, channel, to, userId: user.id, options: lifeOf(channel, options) });
  }

  /** The code and its message, within the running unit of work. The latest code is the one that counts. */
  send(admitted: AdmittedCode, user: User): Promise<SentCode> {
    const { locale, timezone } = user;
    // Where the address is not proved, a stranger may have chosen the name as well.
    const name = user.isEmailVerified ? (user.firstName ?? user.username) : null;
    return this.sender.send(admitted, {
      subject: user.id,
      userId: user.id,
      renewal: 'new-life',
      reader: { name, locale, timezone },
      linkParameters: { identifier: user.email },
    });
  }
}

/** How long a code lives that goes out this way. */
export function lifeOf(channel: Channel, options: ResolvedCodeOptions): ResolvedCodeOptions {
  if (channel === 'email') return options;
  return { ...options, expiresInMs: Math.min(options.expiresInMs, LONGEST_SMS_CODE_MS) };
}
