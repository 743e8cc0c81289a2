import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { CLOCK, maskEmail, maskPhone, UNIT_OF_WORK, type Clock, type UnitOfWork } from '../../common';
import { ContextStorage } from '../../context';
import { NAuthException } from '../../errors';
import { HookRunner } from '../../hooks';
import { AddressFactors } from '../../mfa';
import { Notifier, originOf, type EmailNotice } from '../../notifications';
import { SessionEnder } from '../../sessions';
import {
  IdentifierTakenError,
  toUserProfile,
  USER_REPOSITORY,
  type User,
  type UserRepository,
} from '../../users';
import { OneTimeCodes } from '../../verification';
import { ADDRESS_CHANGES, type AddressName } from './address-changes';

/** An address that is to take the place of the present one. */
export interface NewAddress {
  kind: AddressName;
  /** Canonical; null for a phone number that goes. */
  to: string | null;
  isVerified: boolean;
}

/** Puts another address in the place of the one that an account has, with all that follows from it. */
@Injectable()
export class AddressSwitch {
  constructor(
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
    @Inject(OneTimeCodes) private readonly codes: OneTimeCodes,
    @Inject(AddressFactors) private readonly factors: AddressFactors,
    @Inject(SessionEnder) private readonly sessions: SessionEnder,
    @Inject(Notifier) private readonly notifier: Notifier,
    @Inject(HookRunner) private readonly hooks: HookRunner,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * One unit, or part of the running one: the address, the end of codes for the one before and its factor, a word to every instance, the
   * event, and messages to the old address and the new (R123).
   *
   * @param user as the decision saw it
   * @param claim what has to be so for the change; throws when it is not. It runs first in the unit
   * @returns null, with nothing changed, when the account has another address by now
   * @throws {NAuthException} SIGNUP_EMAIL_EXISTS, SIGNUP_PHONE_EXISTS: somebody else has it by now; FORBIDDEN: the last factor
   * of an account that has to have one is at the address before, and cannot follow
   */
  async perform(
    user: User,
    { kind, to, isVerified }: NewAddress,
    claim?: () => Promise<unknown>,
  ): Promise<User | null> {
    const { overtaken, purpose, takenCode, changed } = ADDRESS_CHANGES[kind];
    const origin = await originOf(this.context.current()?.client);
    const at = new Date(this.clock.now());
    try {
      return await this.unitOfWork.run(async () => {
        await claim?.();
        const change = { userId: user.id, kind, from: user[kind], to, isVerified, at };
        const after = await this.users.changeAddress(change);
        if (!after) return null;
        await this.factors.follow(user, change);
        await this.codes.voidAll(user.id, [...overtaken, purpose]);
        await this.sessions.userChanged(user.id);
        await this.audit.record(changed, {
          status: 'SUCCESS',
          userId: user.id,
          details: { isVerified, isRemoved: to === null },
        });
        for (const notice of noticesOf(kind, user, after)) {
          await this.notifier.queue(
            notice.template === 'emailChangedNew'
              ? notice
              : { ...notice, variables: { ...origin, ...notice.variables } },
          );
        }
        await this.hooks.after('userUpdated', () => ({
          user: toUserProfile(after, null),
          changedFields: [kind],
        }));
        return after;
      });
    } catch (error) {
      if (error instanceof IdentifierTakenError) throw new NAuthException(takenCode, { cause: error });
      throw error;
    }
  }
}

type AddressNotice = Extract<
  EmailNotice,
  { template: 'emailChangedOld' | 'emailChangedNew' | 'phoneChanged' }
>;

function noticesOf(kind: AddressName, before: User, after: User): AddressNotice[] {
  const { id: userId, locale, timezone } = after;
  const reader = {
    channel: 'email',
    userId,
    userName: after.firstName ?? after.username,
    locale,
    timezone,
  } as const;
  if (kind === 'phone') {
    const newPhoneMasked = after.phone === null ? null : maskPhone(after.phone);
    return [{ ...reader, template: 'phoneChanged', to: after.email, variables: { newPhoneMasked } }];
  }
  return [
    {
      ...reader,
      template: 'emailChangedOld',
      to: before.email,
      variables: { newEmailMasked: maskEmail(after.email) },
    },
    { ...reader, template: 'emailChangedNew', to: after.email, variables: {} },
  ];
}
