import { Inject, Injectable } from '@nestjs/common';
import { UNKNOWN_NETWORK } from '../common';
import { ContextStorage, type ClientInfo } from '../context';
import {
  accountSubject,
  BELIEVE_SHORT_MS,
  nameSubject,
  networkLimit,
  networkSubject,
  RATE_LIMITS_OPTIONS,
  RateLimiter,
  RateLimitExceeded,
  type LimitedUse,
  type RateLimit,
  type ResolvedRateLimitsOptions,
} from '../rate-limit';
import { FloodWatch } from './flood-watch.service';
import { KNOWN_CLIENTS, type KnownClients } from './known-clients';
import { LOCKOUT_OPTIONS, type ResolvedLockoutOptions } from './lockout.options';
import { PASSWORD_CAPACITY, type PasswordCapacity } from './password-capacity';

/** Stands for the account where there is none, so that the same questions are asked about it. */
const NOBODY = '00000000-0000-4000-8000-000000000000';

/** A password that somebody gives, on whatever route: login, change of the password, step-up, deletion. */
export interface PasswordAttempt<Account extends { id: string }> {
  /** What the account was called, in canonical form; counted where no account is called so. */
  name: string;
  find(): Promise<Account | null>;
  /** Compares the password, for no account with the same work. `isUrgent`: before those of clients nobody knows. */
  verify(account: Account | null, isUrgent: boolean): Promise<boolean>;
}

/** Whose password, and what the client is known by there. */
interface Visit<Account> {
  account: Account | null;
  knownAs: string | undefined;
  /** Known by the token of a device. */
  isDevice: boolean;
}

/**
 * Every check of a password passes here, so that all routes have one count for an account (R020). An attempt is counted
 * before the password is looked at (R021): for its network, and for the account, where a client that the account
 * knows has a count of its own, which strangers cannot spend (R023). A right password gives back what it counted and starts
 * the count of the account again; it clears nothing else (R029). What ends in an error was no attempt and is given back.
 *
 * Known and unknown accounts take the same steps and get the same answers (R017).
 */
@Injectable()
export class PasswordAttempts {
  private readonly networkLimit: RateLimit | undefined;
  private readonly accountLimit: RateLimit | undefined;

  constructor(
    @Inject(RateLimiter) private readonly limiter: RateLimiter,
    @Inject(FloodWatch) private readonly flood: FloodWatch,
    @Inject(KNOWN_CLIENTS) private readonly clients: KnownClients,
    @Inject(PASSWORD_CAPACITY) private readonly capacity: PasswordCapacity,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(LOCKOUT_OPTIONS) private readonly lockout: ResolvedLockoutOptions,
    @Inject(RATE_LIMITS_OPTIONS) { login }: ResolvedRateLimitsOptions,
  ) {
    if (!lockout.enabled) return;
    this.accountLimit = accountLimit(lockout);
    this.networkLimit = networkLimit('login-network', login.network);
  }

  /**
   * The account whose password it is; null for a wrong one and for no account. To be called outside a unit of work, whose
   * rollback would forget the attempt.
   * @throws {NAuthException} RATE_LIMIT_LOGIN with `retryAfter` in whole seconds, at least 1 (R030); SERVICE_UNAVAILABLE;
   * what `find` and `verify` throw
   */
  async check<Account extends { id: string }>(attempt: PasswordAttempt<Account>): Promise<Account | null> {
    const client = this.context.current()?.client;
    const network = client?.network ?? UNKNOWN_NETWORK;
    const visit = await this.earlyVisit(attempt, client, network);
    // The token of a device is a secret: who shares the network of an attacker but not the device is let in.
    if (visit?.isDevice) return this.compare(attempt, visit, network);
    return this.limiter.during(this.networkLimit, networkSubject(network), async (use) => {
      try {
        const proved = await this.compare(attempt, visit ?? (await this.visit(attempt, client)), network);
        if (proved) await use.giveBack();
        return proved;
      } catch (error) {
        // A refused attempt stays counted: giving it back would make refusals cost more than failures.
        if (!(error instanceof RateLimitExceeded)) await use.giveBack();
        throw error;
      }
    });
  }

  /**
   * The visit, where it has to be known before anything is counted: for a client that presents the token of a device, and
   * while strangers are held back. A stranger then costs two look-ups at most, and none at all when its network is known
   * to be over the limit.
   */
  private async earlyVisit<Account extends { id: string }>(
    attempt: PasswordAttempt<Account>,
    client: ClientInfo | undefined,
    network: string,
  ): Promise<Visit<Account> | undefined> {
    const presentsDevice = client !== undefined && client.deviceToken !== null;
    if (!presentsDevice) this.limiter.assertNotRefused(this.networkLimit, networkSubject(network));
    const crowded = this.flood.isOn || this.capacity.refusalOfStrangers() !== undefined;
    if (!presentsDevice && !crowded) return undefined;
    const visit = await this.visit(attempt, client);
    if (visit.knownAs === undefined) {
      this.flood.admitStranger();
      const refusal = this.capacity.refusalOfStrangers();
      if (refusal) throw refusal;
    }
    return visit;
  }

  private async visit<Account extends { id: string }>(
    attempt: PasswordAttempt<Account>,
    client: ClientInfo | undefined,
  ): Promise<Visit<Account>> {
    const account = await attempt.find();
    const knownAs = await this.clients.isKnown(account?.id ?? NOBODY, client);
    return { account, knownAs, isDevice: knownAs?.startsWith('device:') ?? false };
  }

  private compare<Account extends { id: string }>(
    attempt: PasswordAttempt<Account>,
    { account, knownAs }: Visit<Account>,
    network: string,
  ): Promise<Account | null> {
    const subject = account ? accountSubject(account.id, knownAs) : nameSubject(attempt.name);
    return this.limiter.during(this.accountLimit, subject, async (use) => {
      if (await this.verify(attempt, account, knownAs, use)) {
        await (this.lockout.resetOnSuccess ? use.clear() : use.giveBack());
        return account;
      }
      await this.flood.failed(network, knownAs === undefined);
      return null;
    });
  }

  private async verify<Account extends { id: string }>(
    attempt: PasswordAttempt<Account>,
    account: Account | null,
    knownAs: string | undefined,
    use: LimitedUse,
  ): Promise<boolean> {
    try {
      return await attempt.verify(account, knownAs !== undefined);
    } catch (error) {
      await use.giveBack();
      throw error;
    }
  }
}

/** The limit for wrong passwords of one account, shared by every route that checks one. */
function accountLimit(lockout: ResolvedLockoutOptions): RateLimit {
  return {
    name: 'login-account',
    max: lockout.maxAttempts,
    windowMs: lockout.attemptWindowMs,
    lockMs: lockout.durationMs,
    code: 'RATE_LIMIT_LOGIN',
    believeMs: BELIEVE_SHORT_MS,
  };
}
