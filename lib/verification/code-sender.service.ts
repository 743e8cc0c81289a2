import { Inject, Injectable } from '@nestjs/common';
import { AuditRecorder } from '../audit';
import { CLOCK, secondsUntil, UNIT_OF_WORK, type Clock, type UnitOfWork } from '../common';
import { Notifier, type Admission, type Channel } from '../notifications';
import { limitKey, recipientSubject } from '../rate-limit';
import type { ResolvedCodeOptions } from '../users';
import { AddressMask } from './address-mask.service';
import { codeLink } from './code-link';
import { codeMessage, emailTemplateOf, smsTemplateOf, type CodeReader } from './code-message';
import type { CodePurpose, CodeRequest } from './one-time-code';
import { OneTimeCodes } from './one-time-codes.service';
import { ResendTooSoonException } from './resend-too-soon';

/** A code that somebody wants to have sent. */
export interface CodeOrder {
  purpose: CodePurpose;
  channel: Channel;
  /** Canonical: the address that stands, or is about to stand, on the account (R119). */
  to: string;
  /** The account, where it may be known already; counts for it, too. */
  userId?: string | null;
  options: ResolvedCodeOptions;
}

/** An order that may be carried out. Only `admit` makes it. */
export interface AdmittedCode extends CodeOrder {
  readonly admission: Admission;
}

/** Whose code it is. */
export interface CodeOwner extends Pick<CodeRequest, 'subject' | 'userId' | 'renewal'> {
  reader?: CodeReader;
  /** What a link carries beside the code. */
  linkParameters?: Record<string, string>;
  /** The code of nobody: made and stored as any other, and not sent (R013). */
  isDecoy?: boolean;
}

export interface SentCode {
  /** False when one was sent a moment ago, which still holds. */
  isNew: boolean;
  /** Where it went, as a hint. */
  destination: string;
}

/** Sends codes that prove an address. One way for sign-up, change of address and password reset alike. */
@Injectable()
export class CodeSender {
  constructor(
    @Inject(OneTimeCodes) private readonly codes: OneTimeCodes,
    @Inject(Notifier) private readonly notifier: Notifier,
    @Inject(AddressMask) private readonly mask: AddressMask,
    @Inject(AuditRecorder) private readonly audit: AuditRecorder,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Counts the message, and says whether it may be sent. To be called before the unit of work that `send` is part of.
   *
   * @throws {NAuthException} VALIDATION_INVALID_PHONE for a country that is not served, RATE_LIMIT_EMAIL, RATE_LIMIT_SMS,
   * SERVICE_UNAVAILABLE
   */
  async admit(order: CodeOrder): Promise<AdmittedCode> {
    const { purpose, channel, to, userId, options } = order;
    const recipientLimit = options.rateLimit;
    const admission = await this.notifier.admit(
      channel === 'email'
        ? { channel, template: emailTemplateOf(purpose), to, userId, recipientLimit }
        : { channel, template: smsTemplateOf(purpose), to, userId, recipientLimit },
    );
    return { ...order, to: admission.recipient, admission };
  }

  /** Makes the code and takes the message, within the unit of work of what it belongs to. */
  async send(admitted: AdmittedCode, owner: CodeOwner): Promise<SentCode> {
    const { purpose, channel, to: target, options, admission } = admitted;
    const { subject, userId, renewal, reader = {}, isDecoy = false } = owner;
    const { codeLength, expiresInMs, maxAttempts, resendDelayMs, baseUrl } = options;
    const made = { codeLength, expiresInMs, maxAttempts, resendDelayMs, renewal };
    const issued = await this.codes.issue({ purpose, subject, userId, target, ...made });
    if (issued && !isDecoy) {
      const expiresInSeconds = secondsUntil(issued.expiresAt, this.clock.now());
      const link = baseUrl && codeLink(baseUrl, issued.linkCode, owner.linkParameters);
      const { code } = issued;
      await this.notifier.queue(
        codeMessage({ purpose, admission, userId, reader, expiresInSeconds, code, link }),
      );
    }
    return { isNew: issued !== undefined, destination: this.mask.hint(channel, target) };
  }

  /**
   * Sends a code once more: cool-down, count, new code. A unit of work of its own.
   *
   * @throws {NAuthException} RATE_LIMIT_RESEND with `retryAfter`, and as `admit`
   */
  async resend(order: CodeOrder, owner: CodeOwner): Promise<SentCode> {
    const admitted = await this.admitAgain(order, owner.subject);
    return this.runRecorded(() => this.sendAgain(admitted, owner));
  }

  /**
   * Cool-down and count of `resend`, to be called before the unit of work that `sendAgain` is part of.
   *
   * @throws {NAuthException} RATE_LIMIT_RESEND with `retryAfter`, and as `admit`
   */
  async admitAgain(order: CodeOrder, subject: string): Promise<AdmittedCode> {
    await this.recorded(() => this.assertRested(order, subject));
    return this.admit(order);
  }

  /**
   * The code of `resend`, within a unit of work that `runRecorded` runs.
   *
   * @throws {NAuthException} RATE_LIMIT_RESEND with `retryAfter`
   */
  async sendAgain(order: AdmittedCode, owner: CodeOwner): Promise<SentCode> {
    const sent = await this.send(order, owner);
    // Somebody else was faster; what that one sent is what counts.
    if (!sent.isNew) await this.assertRested(order, owner.subject);
    return sent;
  }

  /**
   * Runs `work` as a unit of work. What `sendAgain` refuses in it is recorded when the unit is over: within it, the event
   * would be undone along with it (R130).
   *
   * @throws what `work` throws
   */
  runRecorded<T>(work: () => Promise<T>): Promise<T> {
    return this.recorded(() => this.unitOfWork.run(work));
  }

  private async recorded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof ResendTooSoonException) await this.recordTooSoon(error.order);
      throw error;
    }
  }

  private async assertRested(order: CodeOrder, subject: string): Promise<void> {
    const { purpose, to, options } = order;
    const waitMs = await this.codes.resendWait(purpose, subject, options.resendDelayMs, to);
    if (waitMs > 0) throw new ResendTooSoonException(order, waitMs);
  }

  /** Of the type that the caps on messages have; it costs its sender nothing, so now and then only (R030). */
  private recordTooSoon({ purpose, channel, to, userId }: CodeOrder): Promise<void> {
    return this.audit.recordLimited(
      'SUSPICIOUS_ACTIVITY',
      { status: 'FAILURE', userId, reason: 'rate_limit_resend', details: { purpose, channel } },
      limitKey(`resend-${purpose}`, recipientSubject(to)),
    );
  }
}
