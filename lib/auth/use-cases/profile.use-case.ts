import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { canonicalEmail, canonicalPhone, CLOCK, UNIT_OF_WORK } from '../../common';
import type { Clock, UnitOfWork } from '../../common';
import type { PendingAddress, UpdatedProfile, UserProfile } from '../../contracts';
import { NAuthException } from '../../errors';
import { HookRunner } from '../../hooks';
import { SessionEnder } from '../../sessions';
import { toUserProfile, USER_REPOSITORY, type ProfilePatch, type UserRepository } from '../../users';
import { CurrentIdentity } from '../../context';
import type { AddressName } from '../address-change/address-changes';
import {
  AddressRequests,
  type AddressRequestOutcome,
  type AddressWish,
} from '../address-change/address-requests.service';
import { UpdateProfileDTO } from '../dto';
import { validateDto } from '../../validation';

const FIELDS = ['firstName', 'lastName', 'timezone', 'locale'] as const;

/** Reads and changes what the signed-in user may see of the account. */
@Injectable()
export class ProfileUseCase {
  constructor(
    @Inject(CurrentIdentity) private readonly identity: CurrentIdentity,
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
    @Inject(AddressRequests) private readonly addresses: AddressRequests,
    @Inject(SessionEnder) private readonly sessions: SessionEnder,
    @Inject(HookRunner) private readonly hooks: HookRunner,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The profile as it was read with the session of this request.
   *
   * @throws {NAuthException} AUTH_TOKEN_*, AUTH_SESSION_*
   */
  read(): UserProfile {
    return this.identity.require().user;
  }

  /**
   * Other addresses are asked for before anything is changed: what is refused changes nothing, and asks for nothing.
   *
   * @throws {NAuthException} VALIDATION_FAILED, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE; for another address
   * also what AddressRequests.request throws
   */
  async update(body: unknown): Promise<UpdatedProfile> {
    const dto = validateDto(UpdateProfileDTO, body);
    const { user: current } = this.identity.require();
    const outcomes = await this.requestAddresses(dto);
    const isStale = Object.values(outcomes).some((outcome) => outcome?.status === 'changed');
    const profile = await this.patch(current, dto, isStale);
    const [pendingEmail, pendingPhone] = [pendingOf(outcomes.email), pendingOf(outcomes.phone)];
    return { ...profile, ...(pendingEmail && { pendingEmail }), ...(pendingPhone && { pendingPhone }) };
  }

  private async requestAddresses(
    dto: UpdateProfileDTO,
  ): Promise<Partial<Record<AddressName, AddressRequestOutcome>>> {
    const email = dto.email && canonicalEmail(dto.email);
    const phone = dto.phone && canonicalPhone(dto.phone);
    const wishes: AddressWish[] = [];
    if (email !== undefined) wishes.push({ kind: 'email', to: email });
    if (phone !== undefined) wishes.push({ kind: 'phone', to: phone });
    if (wishes.length === 0) return {};
    const user = await this.users.findById(this.identity.require().user.sub);
    if (!user) throw new NAuthException('AUTH_SESSION_NOT_FOUND');
    const outcomes = await this.addresses.request(user, wishes);
    return Object.fromEntries(wishes.map(({ kind }, index) => [kind, outcomes[index]]));
  }

  /** @param isStale what is known of the user was read before an address of it changed */
  private async patch(current: UserProfile, dto: UpdateProfileDTO, isStale: boolean): Promise<UserProfile> {
    const patch: ProfilePatch = {};
    for (const field of FIELDS) {
      const value = dto[field];
      if (value !== undefined) patch[field] = value;
    }
    const changedFields = Object.keys(patch);
    if (changedFields.length === 0 && !isStale) return current;
    return this.unitOfWork.run(async () => {
      const user =
        changedFields.length === 0
          ? await this.users.findById(current.sub)
          : await this.users.updateProfile(current.sub, patch, new Date(this.clock.now()));
      if (!user) throw new NAuthException('AUTH_SESSION_NOT_FOUND');
      const profile = toUserProfile(user, current.sessionAuthMethod);
      if (changedFields.length === 0) return profile;
      await this.sessions.userChanged(user.id);
      await this.audit.record('PROFILE_UPDATED', {
        status: 'SUCCESS',
        userId: user.id,
        details: { fields: changedFields },
      });
      await this.hooks.after('userUpdated', () => ({ user: profile, changedFields }));
      return profile;
    });
  }
}

function pendingOf(outcome: AddressRequestOutcome | undefined): PendingAddress | undefined {
  return outcome?.status === 'pending' ? outcome.pending : undefined;
}
