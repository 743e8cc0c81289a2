import { Inject, Injectable } from '@nestjs/common';
import { UNIT_OF_WORK, type UnitOfWork } from '../../common';
import { NAuthException } from '../../errors';
import type { Channel } from '../../notifications';
import type { ResolvedCodeOptions, User } from '../../users';
import { CodeSender, OneTimeCodes, type CodeOrder, type CodeOwner } from '../../verification';
import type { CodePurpose, ProvedCode } from '../../verification';

/** R089: six digits, five minutes, three tries; and no more messages than somebody needs who signs in. */
const OPTIONS: ResolvedCodeOptions = {
  codeLength: 6,
  expiresInMs: 5 * 60_000,
  maxAttempts: 3,
  resendDelayMs: 60_000,
  rateLimit: { max: 10, windowMs: 3600_000 },
  baseUrl: undefined,
};
const FORM = /^[0-9]{6}$/;

/** A code that proves an address as a factor. */
export interface FactorCode {
  channel: Channel;
  purpose: 'setup' | 'use';
  user: User;
  /** The challenge or session that it belongs to; it is worth nothing in another one. */
  binding: string;
  /** Canonical. */
  target: string;
}

const PURPOSES: Record<FactorCode['purpose'], Record<Channel, CodePurpose>> = {
  setup: { email: 'mfa-setup-email', sms: 'mfa-setup-sms' },
  use: { email: 'mfa-email', sms: 'mfa-sms' },
};

/** Codes of the factors that are an address: one live code for a challenge or session, bound to it and to the address. */
@Injectable()
export class FactorCodes {
  constructor(
    @Inject(CodeSender) private readonly sender: CodeSender,
    @Inject(OneTimeCodes) private readonly codes: OneTimeCodes,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * Sends a code, unless one was sent a moment ago that still holds; where it went, masked.
   *
   * @throws {NAuthException} RATE_LIMIT_EMAIL, RATE_LIMIT_SMS, VALIDATION_INVALID_PHONE for a country that is not served
   */
  async send(code: FactorCode): Promise<string> {
    const send = await this.prepare(code);
    return this.unitOfWork.run(() => send(code.binding));
  }

  /** As `send` in two steps: asks whether a code may be sent, now; sends it later, within a unit of work. */
  async prepare(code: Omit<FactorCode, 'binding'>): Promise<(binding: string) => Promise<string>> {
    const admitted = await this.sender.admit(orderOf(code));
    return async (binding) => (await this.sender.send(admitted, ownerOf({ ...code, binding }))).destination;
  }

  /** @throws {NAuthException} RATE_LIMIT_RESEND, and as `send` */
  async resend(code: FactorCode): Promise<string> {
    return (await this.sender.resend(orderOf(code), ownerOf(code))).destination;
  }

  /**
   * Looks at a code, counted before it is looked at.
   *
   * @throws {NAuthException} VERIFY_CODE_INVALID, VERIFY_CODE_EXPIRED, VERIFY_TOO_MANY_ATTEMPTS
   */
  async check(code: FactorCode, given: unknown): Promise<ProvedCode> {
    if (typeof given !== 'string' || !FORM.test(given)) throw new NAuthException('VERIFY_CODE_INVALID');
    const { channel, purpose, binding, target } = code;
    const proved = await this.codes.check(PURPOSES[purpose][channel], binding, given);
    if (proved === 'expired') throw new NAuthException('VERIFY_CODE_EXPIRED');
    if (proved === 'exhausted') throw new NAuthException('VERIFY_TOO_MANY_ATTEMPTS', { retryAfter: 60 });
    // The address may be another one since the code was sent (R089).
    if (proved === 'invalid' || proved.target !== target) throw new NAuthException('VERIFY_CODE_INVALID');
    return proved;
  }

  /** Uses a proved code up, within the unit of work of what it is for. @throws {NAuthException} VERIFY_CODE_INVALID */
  async consume(code: ProvedCode): Promise<void> {
    if (!(await this.codes.consume(code))) throw new NAuthException('VERIFY_CODE_INVALID');
  }
}

function orderOf({ channel, purpose, user, target }: Omit<FactorCode, 'binding'>): CodeOrder {
  return { purpose: PURPOSES[purpose][channel], channel, to: target, userId: user.id, options: OPTIONS };
}

function ownerOf({ user, binding }: FactorCode): CodeOwner {
  const { firstName: name, locale, timezone } = user;
  return { subject: binding, userId: user.id, renewal: 'same-life', reader: { name, locale, timezone } };
}
