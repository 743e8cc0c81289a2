import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, UNKNOWN_NETWORK, type Clock } from '../common';
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
  type LimitSubject,
  type RateLimit,
  type ResolvedRateLimitsOptions,
} from '../rate-limit';
import { FloodWatch } from './flood-watch.service';
import { attemptsOfCount, knownClientCount, knownClientCounts } from './known-client-count';
import { KNOWN_CLIENTS, type KnownClients } from './known-clients';
import { LOCKOUT_OPTIONS, type ResolvedLockoutOptions } from './lockout.options';
import { PASSWORD_CAPACITY, type PasswordCapacity } from './password-capacity';
import { StrangerPauses } from './stranger-pauses';

/** Stands for the account where there is none, so that the same questions are asked about it. */
const NOBODY = '00000000-0000-4000-8000-000000000000';

/**
 * Look-ups at once for clients that may be known by their network, while there is no room for strangers. Each costs two
 * queries, and most of them are for nothing in a flood: what it takes to refuse thousands is not to keep owners waiting.
 */
const MOST_LOOK_UPS = 8;

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
  /** None where networks are not limited: all clients may come from one there. */
  private readonly pauses: StrangerPauses | undefined;
  private readonly attemptsOfCount: number;
  private lookUps = 0;

  constructor(
    @Inject(RateLimiter) private readonly limiter: RateLimiter,
    @Inject(FloodWatch) private readonly flood: FloodWatch,
    @Inject(KNOWN_CLIENTS) private readonly clients: KnownClients,
    @Inject(PASSWORD_CAPACITY) private readonly capacity: PasswordCapacity,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(LOCKOUT_OPTIONS) private readonly lockout: ResolvedLockoutOptions,
    @Inject(RATE_LIMITS_OPTIONS) { login }: Pick<ResolvedRateLimitsOptions, 'login'>,
    @Inject(CLOCK) clock: Clock,
  ) {
    this.attemptsOfCount = attemptsOfCount(lockout);
    if (!lockout.enabled) return;
    this.accountLimit = accountLimit(lockout);
    this.networkLimit = networkLimit('login-network', login.network);
    if (this.networkLimit) this.pauses = new StrangerPauses(clock);
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
   * Starts all counts of an account again, after another password was set without the present one: who has reset it is let
   * in at once, whoever has locked the account (R023). Other instances see it after two seconds at most. To be called
   * outside a unit of work. Never throws: what cannot be cleared ends by itself.
   */
  async forget(userId: string): Promise<void> {
    const known = knownClientCounts(this.attemptsOfCount).map((count) => accountSubject(userId, count));
    const subjects = [accountSubject(userId), ...known];
    await Promise.all(subjects.map((subject) => this.limiter.clear(this.accountLimit, subject)));
  }

  /**
   * The visit, where it has to be known before anything is counted: for a client that presents the token of a device, and
   * while strangers are held back. A stranger then costs two look-ups at most, and none at all when its network is known
   * to be over the limit, or was told to come back later.
   */
  private async earlyVisit<Account extends { id: string }>(
    attempt: PasswordAttempt<Account>,
    client: ClientInfo | undefined,
    network: string,
  ): Promise<Visit<Account> | undefined> {
    const presentsDevice = client !== undefined && client.deviceToken !== null;
    if (!presentsDevice) {
      this.limiter.assertNotRefused(this.networkLimit, networkSubject(network));
      this.pauses?.assertOver(network);
    }
    const crowded = this.flood.isOn || this.capacity.refusalOfStrangers() !== undefined;
    if (!presentsDevice && !crowded) return undefined;
    const visit = presentsDevice
      ? await this.visit(attempt, client)
      : await this.lookUpInCrowd(() => this.visit(attempt, client));
    if (visit.knownAs === undefined) this.admitStranger(network);
    return visit;
  }

  /** Clients with a device token have no part in this: who makes tokens up is not to take the room of known networks. */
  private async lookUpInCrowd<T>(lookUp: () => Promise<T>): Promise<T> {
    if (this.lookUps >= MOST_LOOK_UPS) this.refuseUnseen();
    this.lookUps += 1;
    try {
      return await lookUp();
    } finally {
      this.lookUps -= 1;
    }
  }

  /** Refuses a client that would be refused if it were a stranger. Its network may be a known one, so it gets no pause. */
  private refuseUnseen(): void {
    const refusal = this.flood.isFull ? this.flood.refusalOfStranger() : this.capacity.refusalOfStrangers();
    if (refusal) throw refusal;
  }

  private admitStranger(network: string): void {
    // Who made up a device token comes this far.
    this.pauses?.assertOver(network);
    const refusal = this.flood.refusalOfStranger() ?? this.capacity.refusalOfStrangers();
    if (refusal) throw this.pauses?.begin(network, refusal) ?? refusal;
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
    const subject = account ? this.subject(account.id, knownAs) : nameSubject(attempt.name);
    return this.limiter.during(this.accountLimit, subject, async (use) => {
      if (await this.verify(attempt, account, knownAs, use)) {
        this.pauses?.end(network);
        await (this.lockout.resetOnSuccess ? use.clear() : use.giveBack());
        return account;
      }
      await this.flood.failed(network, knownAs === undefined);
      return null;
    });
  }

  private subject(userId: string, knownAs: string | undefined): LimitSubject {
    if (knownAs === undefined) return accountSubject(userId);
    return accountSubject(userId, knownClientCount(userId, knownAs, this.attemptsOfCount));
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
    maxLockMs: lockout.maxDurationMs,
    code: 'RATE_LIMIT_LOGIN',
    believeMs: BELIEVE_SHORT_MS,
  };
}
