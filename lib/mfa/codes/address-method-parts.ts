import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../../common';
import { NOTIFICATION_OPTIONS, type ResolvedNotificationOptions } from '../../notifications';
import { MfaMethodRegistry } from '../mfa-method-registry';
import { MFA_REPOSITORY, type MfaRepository } from '../mfa.repository';
import { FactorCodes } from './factor-codes.service';

/** What is injected into the methods whose factor is an address. */
@Injectable()
export class AddressMethodParts {
  constructor(
    @Inject(MfaMethodRegistry) readonly registry: MfaMethodRegistry,
    @Inject(MFA_REPOSITORY) readonly mfa: MfaRepository,
    @Inject(FactorCodes) readonly codes: FactorCodes,
    @Inject(NOTIFICATION_OPTIONS) readonly notifications: ResolvedNotificationOptions,
    @Inject(CLOCK) readonly clock: Clock,
  ) {}
}
