import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { randomToken } from '../common';
import { NAuthException } from '../errors';
import { HashQueue, type HashJobOptions } from './hash-queue';
import { PASSWORD_HASHER, type PasswordHasher } from './password-hasher';
import { PASSWORD_OPTIONS, type ResolvedPasswordOptions } from './password.options';

/**
 * Makes and verifies the hashes of passwords. All methods take the text as the user typed it and bring it into its one
 * form themselves; none of them needs a database connection, and none should be awaited inside a transaction (R010).
 */
@Injectable()
export class PasswordService implements OnModuleInit {
  private dummyHash: Promise<string> | undefined;

  constructor(
    @Inject(PASSWORD_OPTIONS) private readonly options: ResolvedPasswordOptions,
    @Inject(PASSWORD_HASHER) private readonly hasher: PasswordHasher,
    @Inject(HashQueue) private readonly queue: HashQueue,
  ) {}

  async onModuleInit(): Promise<void> {
    await this.dummy();
  }

  /**
   * The form in which a password is hashed: NFKC, everything else kept (R005, R007). The length is looked at before
   * the text is counted or normalised, so that a huge one costs nothing (R006). Not for what it returned itself: NFKC
   * may lengthen a text.
   * @param field how the body names it
   * @throws {NAuthException} VALIDATION_FAILED, details.fields: too long, or not well-formed Unicode
   */
  prepare(password: string, field = 'password'): string {
    const { maxLength } = this.options;
    // A code point has one or two UTF-16 units: beyond twice the limit there is no need to count.
    if (password.length > 2 * maxLength || codePoints(password) > maxLength) {
      throw invalid(field, `must have at most ${maxLength} characters`);
    }
    if (!password.isWellFormed()) throw invalid(field, 'must be well-formed Unicode');
    return password.normalize('NFKC');
  }

  /**
   * A hash that can be stored. It asks nothing of the password: a new one goes through `NewPasswords`.
   * @param options `urgent`: for somebody who is known, before strangers
   * @throws {NAuthException} VALIDATION_FAILED as `prepare`; SERVICE_UNAVAILABLE when too many hashes wait
   */
  async hash(password: string, options?: HashJobOptions): Promise<string> {
    const prepared = this.prepare(password);
    return this.queue.run(() => this.hasher.hash(prepared), options);
  }

  /**
   * Whether the password belongs to the hash. Without a hash (unknown user, account without a password) the answer is
   * false after the same work: every call that gets as far as hashing verifies exactly once (R014).
   * @param options `urgent`: for somebody who is known, before strangers
   * @throws {NAuthException} VALIDATION_FAILED as `prepare`, before any hashing; SERVICE_UNAVAILABLE when too many
   * hashes wait
   */
  async verify(password: string, hash: string | null, options?: HashJobOptions): Promise<boolean> {
    const prepared = this.prepare(password);
    const dummy = await this.dummy();
    const equal = await this.queue.run(() => this.hasher.verify(prepared, hash ?? dummy), options);
    return equal && hash !== null;
  }

  /** True for a hash that `hash` would make stronger today (R009). */
  needsRehash(hash: string): boolean {
    return this.hasher.needsRehash?.(hash) ?? false;
  }

  /** A hash of a password nobody has, made once, with the cost that new hashes have. */
  private dummy(): Promise<string> {
    this.dummyHash ??= this.queue
      .run(() => this.hasher.hash(randomToken()))
      .catch((error: unknown) => {
        this.dummyHash = undefined;
        throw error;
      });
    return this.dummyHash;
  }
}

function codePoints(text: string): number {
  return Array.from(text).length;
}

function invalid(field: string, reason: string): NAuthException {
  return new NAuthException('VALIDATION_FAILED', { details: { fields: { [field]: [reason] } } });
}
