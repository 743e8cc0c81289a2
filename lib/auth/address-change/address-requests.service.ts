import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { ContextStorage } from '../../context';
import type { PendingAddress } from '../../contracts';
import { NAuthException } from '../../errors';
import { RecentAuthentication } from '../../mfa';
import {
  NOTIFICATION_OPTIONS,
  Notifier,
  originOf,
  type ResolvedNotificationOptions,
} from '../../notifications';
import {
  SIGNUP_OPTIONS,
  USER_REPOSITORY,
  type ResolvedSignupOptions,
  type User,
  type UserRepository,
} from '../../users';
import { CodeAttempts, CodeSender } from '../../verification';
import { ADDRESS_CHANGES, type AddressName } from './address-changes';
import { AddressSwitch } from './address-switch.service';

/** The address that somebody wants to have. */
export interface AddressWish {
  kind: AddressName;
  /** Canonical; null for a phone number that goes. */
  to: string | null;
}

type AddressStep = () => Promise<AddressRequestOutcome>;

/** What became of the wish for another address. */
export type AddressRequestOutcome =
  { status: 'unchanged' } | { status: 'changed' } | { status: 'pending'; pending: PendingAddress };

/**
 * Takes the wish of the signed-in user for another e-mail address or phone number. The present one stands until the new
 * one has been proved; where nothing can be sent, nothing can be proved, and the new one stands at once, unverified.
 */
@Injectable()
export class AddressRequests {
  constructor(
    @Inject(SIGNUP_OPTIONS) private readonly options: ResolvedSignupOptions,
    @Inject(NOTIFICATION_OPTIONS) private readonly channels: ResolvedNotificationOptions,
    @Inject(RecentAuthentication) private readonly recent: RecentAuthentication,
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
    @Inject(CodeAttempts) private readonly attempts: CodeAttempts,
    @Inject(CodeSender) private readonly sender: CodeSender,
    @Inject(AddressSwitch) private readonly addresses: AddressSwitch,
    @Inject(Notifier) private readonly notifier: Notifier,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(ContextStorage) private readonly context: ContextStorage,
  ) {}

  /**
   * All or nothing: every wish is looked at before the first takes effect, and what takes effect is one unit of work.
   *
   * @returns what became of each
   * @throws {NAuthException} AUTH_STEP_UP_REQUIRED; VERIFY_TOO_MANY_ATTEMPTS, RATE_LIMIT_RESEND, RATE_LIMIT_EMAIL, RATE_LIMIT_SMS;
   * VALIDATION_INVALID_PHONE for a country that is not served; SIGNUP_EMAIL_EXISTS and SIGNUP_PHONE_EXISTS where
   * taken addresses are named as such; SERVICE_UNAVAILABLE
   */
  async request(user: User, wishes: readonly AddressWish[]): Promise<AddressRequestOutcome[]> {
    const steps: AddressStep[] = [];
    for (const wish of wishes) steps.push(await this.prepare(user, wish));
    return this.sender.runRecorded(async () => {
      const outcomes: AddressRequestOutcome[] = [];
      for (const step of steps) outcomes.push(await step());
      return outcomes;
    });
  }

  /** What can be refused is refused here. */
  private async prepare(user: User, { kind, to }: AddressWish): Promise<AddressStep> {
    if (to === user[kind]) return () => Promise.resolve({ status: 'unchanged' });
    await this.recent.assert();
    if (to === null) return () => this.change(user, { kind, to });
    const isTaken = (await this.users.findWithPassword({ kind, value: to })) !== null;
    const canSend = this.canSend(kind);
    if (isTaken && (!canSend || this.namesTaken(kind)))
      throw new NAuthException(ADDRESS_CHANGES[kind].takenCode);
    return canSend ? this.prepareCode(user, kind, to, isTaken) : () => this.change(user, { kind, to });
  }

  private async change(user: User, wish: AddressWish): Promise<AddressRequestOutcome> {
    const address = { ...wish, isVerified: false };
    const after = await this.addresses.perform(user, address, () => this.recent.hold());
    if (!after) throw new NAuthException('AUTH_SESSION_NOT_FOUND');
    return { status: 'changed' };
  }

  /** The owner of a taken address is told, and the asker sees no difference (R015, R017). */
  private async prepareCode(
    user: User,
    kind: AddressName,
    to: string,
    isTaken: boolean,
  ): Promise<AddressStep> {
    const { purpose, kind: facts } = ADDRESS_CHANGES[kind];
    const { channel, events } = facts;
    const options = facts.options(this.options);
    const { id, locale, timezone } = user;
    await this.attempts.assertSomeLeft(facts, id, purpose);
    const admitted = await this.sender.admitAgain({ purpose, channel, to, userId: id, options }, id);
    const variables = await originOf(this.context.current()?.client);
    return async () => {
      const reader = { locale, timezone };
      const owner = { subject: id, userId: id, renewal: 'same-life', reader, isDecoy: isTaken } as const;
      const { destination } = await this.sender.sendAgain(admitted, owner);
      if (isTaken && kind === 'email')
        await this.notifier.queue({ channel: 'email', template: 'accountExists', to, variables });
      await this.audit.record(events.requested, { status: 'INFO', userId: id, reason: purpose });
      const expiresIn = Math.floor(options.expiresInMs / 1000);
      return { status: 'pending', pending: { destination, expiresIn } };
    };
  }

  private canSend(kind: AddressName): boolean {
    return (kind === 'email' ? this.channels.emailProvider : this.channels.smsProvider) !== undefined;
  }

  /** Where sign-up says that an address is taken, a change may say it too. */
  private namesTaken(kind: AddressName): boolean {
    return this.options.discloseExisting || !ADDRESS_CHANGES[kind].kind.isAsked(this.options);
  }
}
