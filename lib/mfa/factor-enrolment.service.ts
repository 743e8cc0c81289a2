import { Inject, Injectable, Optional } from '@nestjs/common';
import { AuthAuditService } from '../audit';
import { CLOCK, isCleanText, type Clock } from '../common';
import type { MfaMethodName } from '../contracts';
import { NAuthException } from '../errors';
import { HookRunner } from '../hooks';
import { PasswordChanger } from '../password';
import { toUserProfile, USER_REPOSITORY, type User, type UserRepository } from '../users';
import { FactorNotices } from './factor-notices.service';
import type { MfaMethod, MfaSetupContext, ProvedFactor } from './mfa-method';
import { MfaMethodRegistry } from './mfa-method-registry';
import { MFA_REPOSITORY, type AddDeviceOutcome, type MfaRepository } from './mfa.repository';
import { SECOND_FACTOR_BYPASS, type SecondFactorBypass } from './ports/second-factor-bypass';

/** Factors of one account at most. */
const MAX_FACTORS = 20;

/** A factor that has been proved and is to be stored. */
export interface Enrolment {
  context: MfaSetupContext;
  method: MfaMethod;
  proved: ProvedFactor;
  /** The name that the user gave it. */
  name: string | undefined;
  /** True inside of a sign-in, which may not add to factors that somebody set up meanwhile. */
  onlyFirst: boolean;
}

/** Sets factors up: the way of an account that is signed in, and that of a sign-in which has to have one. */
@Injectable()
export class FactorEnrolment {
  constructor(
    @Inject(MfaMethodRegistry) private readonly methods: MfaMethodRegistry,
    @Inject(MFA_REPOSITORY) private readonly mfa: MfaRepository,
    @Inject(USER_REPOSITORY) private readonly users: UserRepository,
    @Inject(PasswordChanger) private readonly passwords: PasswordChanger,
    @Inject(FactorNotices) private readonly notices: FactorNotices,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(HookRunner) private readonly hooks: HookRunner,
    @Inject(CLOCK) private readonly clock: Clock,
    @Optional() @Inject(SECOND_FACTOR_BYPASS) private readonly bypass?: SecondFactorBypass,
  ) {}

  /** @throws {NAuthException} VALIDATION_FAILED for a method that is not there, and what the method refuses with */
  begin(
    context: MfaSetupContext,
    methodName: string,
    input: Record<string, unknown>,
  ): Promise<Record<string, unknown>> {
    return this.method(methodName).setupData(context, input);
  }

  /**
   * Checks a proof, outside of any unit of work.
   *
   * @throws {NAuthException} as `begin`; RESOURCE_NOT_FOUND when nothing was begun here; VERIFY_CODE_* for a wrong code
   */
  async prove(
    context: MfaSetupContext,
    methodName: string,
    input: Record<string, unknown>,
  ): Promise<Omit<Enrolment, 'onlyFirst'>> {
    const method = this.method(methodName);
    const name = nameIn(input);
    return { context, method, name, proved: await method.verifySetup(context, input) };
  }

  /**
   * Stores a proved factor, tells its owner, and ends what was trusted before. Part of a unit of work.
   *
   * @throws {NAuthException} what the method's claim throws; FORBIDDEN when the account has as many factors as it may have;
   * CHALLENGE_INVALID when it got one, or changed otherwise, while its first was set up
   */
  async store({ context, method, proved, name, onlyFirst }: Enrolment): Promise<AddDeviceOutcome> {
    const { user } = context;
    const now = new Date(this.clock.now());
    await this.lockOut(user, onlyFirst);
    await proved.claim?.();
    const device = {
      ...proved.device,
      name: name ?? proved.device.name,
      userId: user.id,
      type: method.name,
      isActive: true,
      preferredAt: null,
      createdAt: now,
      lastUsedAt: null,
    };
    const outcome = await this.mfa.addDevice(device, { max: MAX_FACTORS, onlyFirst });
    if (outcome === 'refused') throw new NAuthException(onlyFirst ? 'CHALLENGE_INVALID' : 'FORBIDDEN');
    await proved.store?.();
    // There was no factor that a reset could have walked around.
    if (outcome === 'first') await this.passwords.settleRecovery(user);
    await this.bypass?.endTrust(user.id);
    await this.record(context, method.name, device.id, outcome);
    await this.notices.added(user, method.label, outcome === 'first');
    await this.hooks.after('mfaMethodAdded', () => ({
      user: toUserProfile(user, null),
      method: method.name,
      deviceId: device.id,
      isFirst: outcome === 'first',
    }));
    return outcome;
  }

  /**
   * A first factor makes an account another one: whoever is on the way in without it starts again, and so waits for this
   * unit or ends with it (R076).
   */
  private async lockOut({ id, securityVersion }: User, onlyFirst: boolean): Promise<void> {
    await this.users.hold(id);
    if (!onlyFirst && (await this.mfa.findAccount(id)).factors > 0) return;
    if (!(await this.users.raiseSecurityVersion(id, securityVersion, new Date(this.clock.now())))) {
      throw new NAuthException(onlyFirst ? 'CHALLENGE_INVALID' : 'FORBIDDEN');
    }
  }

  private async record(
    { user }: MfaSetupContext,
    method: MfaMethodName,
    deviceId: string,
    outcome: AddDeviceOutcome,
  ): Promise<void> {
    const entry = { status: 'SUCCESS', userId: user.id, details: { method, factor: deviceId } } as const;
    if (outcome === 'first') await this.audit.record('MFA_ENABLED', entry);
    await this.audit.record(outcome === 'replaced' ? 'MFA_DEVICE_UPDATED' : 'MFA_DEVICE_ADDED', entry);
  }

  private method(name: string): MfaMethod {
    const method = this.methods.usable().find((usable) => usable.name === name);
    if (!method) {
      const known = this.methods.usable().map((usable) => usable.name);
      throw new NAuthException('VALIDATION_FAILED', {
        message: 'There is no such method.',
        details: { fields: { methodName: [`must be one of ${known.join(', ')}`] } },
      });
    }
    return method;
  }
}

/** The name that a client gives a factor among its data. @throws {NAuthException} VALIDATION_FAILED */
function nameIn({ deviceName }: Record<string, unknown>): string | undefined {
  if (deviceName === undefined) return undefined;
  const name = typeof deviceName === 'string' ? deviceName.trim() : '';
  if (name.length >= 1 && name.length <= 64 && isCleanText(name)) return name;
  throw new NAuthException('VALIDATION_FAILED', {
    details: { fields: { deviceName: ['must be text of 1 to 64 characters without control characters'] } },
  });
}
