import { Inject, Injectable, Optional } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import { maskEmail, maskPhone } from '../common';
import type { AddressChange, User } from '../users';
import { FactorRemoval } from './factor-removal.service';
import { MFA_REPOSITORY, type MfaRepository } from './mfa.repository';
import { SECOND_FACTOR_BYPASS, type SecondFactorBypass } from './ports/second-factor-bypass';

const REASON = 'address_changed';

/**
 * What becomes of the factor whose codes go to the address of the account when the account gets another one. Whoever takes
 * over a number or a mailbox that its owner has given up must not get its codes (R086, R123).
 */
@Injectable()
export class AddressFactors {
  constructor(
    @Inject(MFA_REPOSITORY) private readonly mfa: MfaRepository,
    @Inject(FactorRemoval) private readonly removal: FactorRemoval,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Optional() @Inject(SECOND_FACTOR_BYPASS) private readonly bypass?: SecondFactorBypass,
  ) {}

  /**
   * A factor at the address before follows to one that has been proved, and is removed otherwise; one at an address of its
   * own stays. Part of the running unit of work, which a refusal undoes.
   *
   * @param user as it was before
   * @throws {NAuthException} FORBIDDEN where the last factor of an account that has to have one would be removed (R087)
   */
  async follow(
    user: User,
    { kind, from, to, isVerified }: Pick<AddressChange, 'kind' | 'from' | 'to' | 'isVerified'>,
  ): Promise<void> {
    if (from === null) return;
    const type = kind === 'phone' ? 'sms' : 'email';
    const mask = kind === 'phone' ? maskPhone : maskEmail;
    const devices = await this.mfa.findDevices(user.id);
    const device = devices.find((one) => one.type === type && one.target === from);
    if (!device) return;
    if (to === null || !isVerified) return this.removal.drop(user, device, REASON);
    const name = device.name === mask(from) ? mask(to) : device.name;
    if (!(await this.mfa.retarget(device.id, user.id, from, { target: to, name }))) return;
    await this.bypass?.endTrust(user.id);
    await this.audit.record('MFA_DEVICE_UPDATED', {
      ...{ status: 'SUCCESS', userId: user.id, reason: REASON },
      details: { method: type, factor: device.id },
    });
  }
}
