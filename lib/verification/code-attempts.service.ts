import { Inject, Injectable } from '@nestjs/common';
import { UNKNOWN_NETWORK } from '../common';
import { ContextStorage } from '../context';
import { NAuthException, toNAuthException } from '../errors';
import { accountSubject, networkSubject, RateLimiter, type LimitedUse, type RateLimit } from '../rate-limit';
import { SIGNUP_OPTIONS, type ResolvedSignupOptions } from '../users';
import type { AddressKind } from './address-kind';
import type { CodePurpose, ProvedCode } from './one-time-code';
import { OneTimeCodes } from './one-time-codes.service';

/** A counter may go down again, on whatever instance. */
const BELIEVE_MS = 2000;

/** Looks at codes that prove an address: each try is counted for its account and its network before (R075). */
@Injectable()
export class CodeAttempts {
  constructor(
    @Inject(OneTimeCodes) private readonly codes: OneTimeCodes,
    @Inject(RateLimiter) private readonly limiter: RateLimiter,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(SIGNUP_OPTIONS) private readonly options: ResolvedSignupOptions,
  ) {}

  /**
   * @param subject the account, or what a decoy stands for
   * @param purpose what the code is for; each purpose has counts of its own
   * @throws {NAuthException} VERIFY_CODE_INVALID, VERIFY_CODE_EXPIRED, VERIFY_TOO_MANY_ATTEMPTS, SERVICE_UNAVAILABLE
   */
  async prove(
    kind: AddressKind,
    subject: string,
    code: string,
    purpose: CodePurpose = kind.purpose,
  ): Promise<ProvedCode> {
    if (!this.isCode(kind, code)) throw new NAuthException('VERIFY_CODE_INVALID');
    const uses = await this.count(kind, subject, purpose);
    try {
      const proved = await this.codes.check(purpose, subject, code);
      if (proved === 'expired') throw new NAuthException('VERIFY_CODE_EXPIRED');
      if (proved === 'exhausted') {
        const retryAfter = await this.codes.secondsLeft(purpose, subject);
        throw new NAuthException('VERIFY_TOO_MANY_ATTEMPTS', { retryAfter });
      }
      if (proved === 'invalid') throw new NAuthException('VERIFY_CODE_INVALID');
      await giveBack(uses);
      return proved;
    } catch (error) {
      if (toNAuthException(error).getStatus() >= 500) await giveBack(uses);
      throw error;
    }
  }

  /**
   * That the account may try a code now: what is refused already needs no sending. For decoys alike (R017).
   *
   * @throws {NAuthException} VERIFY_TOO_MANY_ATTEMPTS, SERVICE_UNAVAILABLE
   */
  async assertSomeLeft(
    kind: AddressKind,
    subject: string,
    purpose: CodePurpose = kind.purpose,
  ): Promise<void> {
    const use = await this.limiter.take(this.limitOfAccount(kind, purpose), accountSubject(subject));
    await use.giveBack();
  }

  /** Digits of ASCII, as many as are sent, or what a link carries: nothing else is looked at (R073). */
  private isCode(kind: AddressKind, code: string): boolean {
    const { codeLength } = kind.options(this.options);
    if (/^[0-9]+$/.test(code)) return code.length === codeLength;
    return kind.channel === 'email' && /^[A-Za-z0-9_-]{43}$/.test(code);
  }

  private async count(kind: AddressKind, subject: string, purpose: CodePurpose): Promise<LimitedUse[]> {
    const { maxAttemptsPerIP: max } = kind.options(this.options);
    const ofNetwork: RateLimit = { ...this.limit(kind), name: `${purpose}-network`, max };
    const network = this.context.current()?.client?.network ?? UNKNOWN_NETWORK;
    const first = await this.limiter.take(ofNetwork, networkSubject(network));
    try {
      return [first, await this.limiter.take(this.limitOfAccount(kind, purpose), accountSubject(subject))];
    } catch (error) {
      await first.giveBack();
      throw error;
    }
  }

  private limitOfAccount(kind: AddressKind, purpose: CodePurpose): RateLimit {
    const { maxAttemptsPerUser: max } = kind.options(this.options);
    return { ...this.limit(kind), name: `${purpose}-account`, max };
  }

  private limit(kind: AddressKind): Omit<RateLimit, 'name' | 'max'> {
    const { attemptWindowMs: windowMs } = kind.options(this.options);
    const { failed: event } = kind.events;
    return { windowMs, code: 'VERIFY_TOO_MANY_ATTEMPTS', event, believeMs: BELIEVE_MS };
  }
}

async function giveBack(uses: readonly LimitedUse[]): Promise<void> {
  await Promise.all(uses.map((use) => use.giveBack()));
}
