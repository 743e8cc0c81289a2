import { Inject, Injectable } from '@nestjs/common';
import { UNIT_OF_WORK, type UnitOfWork } from '../../common';
import type { UserProfile } from '../../contracts';
import { NAuthException, toNAuthException } from '../../errors';
import { SessionHolder } from '../../sessions';
import { toUserProfile, type User } from '../../users';
import { CodeAttempts, OneTimeCodes, type ProvedCode } from '../../verification';
import { ADDRESS_CHANGES, type AddressName } from '../address-change/address-changes';
import { AddressSwitch } from '../address-change/address-switch.service';
import { CurrentIdentity, type CurrentSession } from '../../context';
import { ConfirmAddressDTO } from '../dto';
import { validateDto } from '../../validation';

/**
 * The signed-in user proves a new address with the code that went there. Address and digest stand in one row, so a code
 * can only ever bring in the address that it was sent to, however many changes were asked for at once (R123).
 */
@Injectable()
export class ConfirmAddressUseCase {
  constructor(
    @Inject(CurrentIdentity) private readonly identity: CurrentIdentity,
    @Inject(SessionHolder) private readonly sessions: SessionHolder,
    @Inject(CodeAttempts) private readonly attempts: CodeAttempts,
    @Inject(OneTimeCodes) private readonly codes: OneTimeCodes,
    @Inject(AddressSwitch) private readonly addresses: AddressSwitch,
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
  ) {}

  /**
   * @throws {NAuthException} VALIDATION_FAILED, VERIFY_CODE_INVALID, VERIFY_CODE_EXPIRED, VERIFY_TOO_MANY_ATTEMPTS,
   * SIGNUP_EMAIL_EXISTS and SIGNUP_PHONE_EXISTS when somebody else has it by now, AUTH_TOKEN_*, AUTH_SESSION_*,
   * SERVICE_UNAVAILABLE
   */
  async execute(kind: AddressName, body: unknown): Promise<UserProfile> {
    const { code } = validateDto(ConfirmAddressDTO, body);
    const { user: current, session } = this.identity.require();
    const { kind: facts, purpose } = ADDRESS_CHANGES[kind];
    const proved = await this.attempts.prove(facts, current.sub, code, purpose);
    try {
      const user = await this.unitOfWork.run(() => this.finish(kind, session, proved));
      return toUserProfile(user, current.sessionAuthMethod);
    } catch (error) {
      // What could not be done for a reason of the server's costs no try.
      if (toNAuthException(error).getStatus() >= 500) {
        await this.codes.giveAttemptBack(proved.purpose, proved.subject).catch(() => undefined);
      }
      throw error;
    }
  }

  private async finish(
    kind: AddressName,
    { sessionId, userId }: CurrentSession,
    proved: ProvedCode,
  ): Promise<User> {
    const { user: before } = await this.sessions.hold(sessionId, userId);
    if (!(await this.codes.consume(proved))) throw new NAuthException('VERIFY_CODE_INVALID');
    const after = await this.addresses.perform(before, { kind, to: proved.target, isVerified: true });
    if (!after) throw new NAuthException('VERIFY_CODE_INVALID');
    return after;
  }
}
