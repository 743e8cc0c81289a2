import { createHash, createHmac, randomInt } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, constantTimeEqual, deriveKey, ENCRYPTION_KEYS, randomToken, secondsUntil } from '../common';
import type { Clock, EncryptionKeys } from '../common';
import type { CodePurpose, CodeRequest, IssuedCode, OneTimeCode, ProvedCode } from './one-time-code';
import { ONE_TIME_CODE_REPOSITORY, type OneTimeCodeRepository } from './one-time-code.repository';

/** 256 random bits as base64url. */
const LINK_CODE = /^[A-Za-z0-9_-]{43}$/;

/** Why a code is not taken. */
export type CodeRefusal = 'invalid' | 'expired' | 'exhausted';

/**
 * Codes that prove an address: digits to type, and a long form for links. Stored as digests under a key of the server,
 * because a million digits are tried in no time by whoever has a dump (R145). One live code for a subject and purpose.
 */
@Injectable()
export class OneTimeCodes {
  private readonly keys: readonly Buffer[];

  constructor(
    @Inject(ONE_TIME_CODE_REPOSITORY) private readonly codes: OneTimeCodeRepository,
    @Inject(ENCRYPTION_KEYS) encryption: EncryptionKeys,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    const others = [...encryption.keys.keys()].filter((id) => id !== encryption.current);
    this.keys = [encryption.current, ...others].flatMap((id) => {
      const secret = encryption.keys.get(id);
      return secret ? [deriveKey(secret, 'nauth one-time code')] : [];
    });
  }

  /** A new code; undefined when there is a live one for the same target that was sent a moment ago. */
  async issue(request: CodeRequest): Promise<IssuedCode | undefined> {
    const { codeLength, expiresInMs, resendDelayMs, renewal, ...rest } = request;
    const now = this.clock.now();
    const code = randomDigits(codeLength);
    const linkCode = randomToken(32);
    const expiresAt = new Date(now + expiresInMs);
    const made: OneTimeCode = {
      ...rest,
      codeHash: this.digest(code, request, 0),
      linkHash: linkDigest(linkCode),
      attempts: 0,
      sentAt: new Date(now),
      expiresAt,
      usedAt: null,
    };
    const replaced = await this.codes.replace(made, new Date(now - resendDelayMs), renewal === 'same-life');
    if (!replaced) return undefined;
    // One that continues the life of another one has the end of that one.
    const stored = renewal === 'same-life' ? await this.codes.find(rest.purpose, rest.subject) : null;
    return { code, linkCode, expiresAt: stored?.expiresAt ?? expiresAt };
  }

  /** When the next code may be sent, in milliseconds from now; 0 when at once, as to another target. */
  async resendWait(
    purpose: CodePurpose,
    subject: string,
    resendDelayMs: number,
    target?: string,
  ): Promise<number> {
    const found = await this.codes.find(purpose, subject);
    const now = this.clock.now();
    if (!found || found.usedAt !== null || now >= found.expiresAt.getTime()) return 0;
    if (target !== undefined && target !== found.target) return 0;
    return Math.max(0, found.sentAt.getTime() + resendDelayMs - now);
  }

  /**
   * Looks at a code, counted before it is looked at (R021). The long form is not counted: nobody guesses 256 bits, and a
   * stranger who uses the tries up cannot keep the owner from following the link.
   */
  async check(purpose: CodePurpose, subject: string, given: string): Promise<ProvedCode | CodeRefusal> {
    return LINK_CODE.test(given)
      ? this.checkLink(purpose, subject, given)
      : this.checkDigits(purpose, subject, given);
  }

  /** What is left of the life of a code, in whole seconds, at least 1: how long one without tries left is in the way. */
  async secondsLeft(purpose: CodePurpose, subject: string): Promise<number> {
    const now = this.clock.now();
    const found = await this.codes.find(purpose, subject);
    return secondsUntil(found?.expiresAt ?? new Date(now), now);
  }

  /** Gives a try back that could not be put to use for a reason of the server's. */
  giveAttemptBack(purpose: CodePurpose, subject: string): Promise<void> {
    return this.codes.giveAttemptBack(purpose, subject);
  }

  /** Uses a proved code up; part of the unit of work that does what it was for. False when somebody else has. */
  consume(code: ProvedCode): Promise<boolean> {
    return this.codes.consume(code, new Date(this.clock.now()));
  }

  /** Ends codes of an account. */
  voidAll(userId: string, purposes?: readonly CodePurpose[]): Promise<void> {
    return this.codes.voidAll(userId, new Date(this.clock.now()), purposes);
  }

  private async checkLink(purpose: CodePurpose, subject: string, given: string) {
    const found = await this.codes.find(purpose, subject);
    const hash = linkDigest(given);
    if (!found || found.usedAt !== null || !constantTimeEqual(found.linkHash, hash)) return 'invalid';
    return this.clock.now() < found.expiresAt.getTime() ? toProved(found) : 'expired';
  }

  private async checkDigits(purpose: CodePurpose, subject: string, given: string) {
    const counted = await this.codes.countAttempt(purpose, subject, new Date(this.clock.now()));
    const found = await this.codes.find(purpose, subject);
    if (!found || found.usedAt !== null) return 'invalid';
    if (this.clock.now() >= found.expiresAt.getTime()) return 'expired';
    if (!counted) return 'exhausted';
    let equal = false;
    for (const index of this.keys.keys()) {
      equal = constantTimeEqual(found.codeHash, this.digest(given, found, index)) || equal;
    }
    return equal ? toProved(found) : 'invalid';
  }

  private digest(code: string, of: Pick<OneTimeCode, 'purpose' | 'subject' | 'target'>, key: number): string {
    const mac = createHmac('sha256', this.keys[key] ?? '');
    return mac.update(JSON.stringify([of.purpose, of.subject, of.target, code])).digest('base64url');
  }
}

function toProved({ purpose, subject, target, codeHash }: OneTimeCode): ProvedCode {
  return { purpose, subject, target, codeHash };
}

function linkDigest(linkCode: string): string {
  return createHash('sha256').update(linkCode).digest('base64url');
}

function randomDigits(length: number): string {
  return Array.from({ length }, () => randomInt(10)).join('');
}
