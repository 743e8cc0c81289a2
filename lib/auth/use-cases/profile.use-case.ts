import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import { CLOCK, UNIT_OF_WORK, type Clock, type UnitOfWork } from '../../common';
import type { UserProfile } from '../../contracts';
import { NAuthException } from '../../errors';
import { HookRunner } from '../../hooks';
import { SessionEnder } from '../../sessions';
import { toUserProfile, USER_REPOSITORY, type ProfilePatch, type UserRepository } from '../../users';
import { CurrentIdentity } from '../current-identity';
import { UpdateProfileDTO } from '../dto';
import { validateDto } from '../validation/validate-dto';

const FIELDS = ['firstName', 'lastName', 'timezone', 'locale'] as const;

/** Reads and changes what the signed-in user may see of the account. */
@Injectable()
export class ProfileUseCase {
  constructor(
    @Inject(CurrentIdentity) private readonly identity: CurrentIdentity,
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
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

  /** @throws {NAuthException} VALIDATION_FAILED, AUTH_TOKEN_*, AUTH_SESSION_*, SERVICE_UNAVAILABLE */
  async update(body: unknown): Promise<UserProfile> {
    const dto = validateDto(UpdateProfileDTO, body);
    const { user: current } = this.identity.require();
    const patch: ProfilePatch = {};
    for (const field of FIELDS) {
      const value = dto[field];
      if (value !== undefined) patch[field] = value;
    }
    const changedFields = Object.keys(patch);
    if (changedFields.length === 0) return current;
    return this.unitOfWork.run(async () => {
      const user = await this.users.updateProfile(current.sub, patch, new Date(this.clock.now()));
      if (!user) throw new NAuthException('AUTH_SESSION_NOT_FOUND');
      await this.sessions.userChanged(user.id);
      await this.audit.record('PROFILE_UPDATED', {
        status: 'SUCCESS',
        userId: user.id,
        details: { fields: changedFields },
      });
      const profile = toUserProfile(user, current.sessionAuthMethod);
      await this.hooks.after('userUpdated', () => ({ user: profile, changedFields }));
      return profile;
    });
  }
}
