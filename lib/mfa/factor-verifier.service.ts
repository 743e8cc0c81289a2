import { Inject, Injectable } from '@nestjs/common';
import type { ChallengeAnswer } from '../challenges';
import { CLOCK, type Clock } from '../common';
import type { MfaAnswerMethod, MfaMethodName } from '../contracts';
import { NAuthException } from '../errors';
import { PasswordChanger } from '../password';
import { SECOND_FACTOR } from '../sessions';
import type { User } from '../users';
import { BackupCodes } from './backup-codes/backup-codes.service';
import type { MfaDevice } from './mfa-device';
import type { MfaMethod, MfaUseContext, ShownFactor } from './mfa-method';
import { MfaMethodRegistry } from './mfa-method-registry';
import { MFA_REPOSITORY, type MfaRepository } from './mfa.repository';

/** Who is to show a factor, where, and what has been shown already. */
export interface FactorRequest {
  user: User;
  /** `challenge:ID` or `session:ID`. */
  binding: string;
  amr: readonly string[];
}

/** Factors of an account that count as second ones beside what has been shown. */
export interface UsableFactors {
  /** By method, each with its factors. */
  methods: { method: MfaMethod; devices: MfaDevice[] }[];
  /** The method that the account prefers. */
  preferred: MfaMethodName | undefined;
}

/** A factor that has been shown, ready to be used up together with what it is for. */
export interface VerifiedFactor {
  method: MfaAnswerMethod;
  /** What it adds to the proof, `mfa` included (RFC 8176). */
  amr: readonly string[];
  /** Part of the unit of work that finishes; throws VERIFY_CODE_INVALID when the code has been used meanwhile. */
  claim(): Promise<void>;
}

/** Has second factors shown: for a sign-in, and for a user who is signed in and proves it once more. */
@Injectable()
export class FactorVerifier {
  constructor(
    @Inject(MfaMethodRegistry) private readonly registry: MfaMethodRegistry,
    @Inject(MFA_REPOSITORY) private readonly mfa: MfaRepository,
    @Inject(BackupCodes) private readonly backupCodes: BackupCodes,
    @Inject(PasswordChanger) private readonly passwords: PasswordChanger,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** The factors that the account can show now. */
  async usable({ user, amr }: FactorRequest): Promise<UsableFactors> {
    const devices = await this.mfa.findDevices(user.id);
    const names = [...new Set(devices.map(({ type }) => type))];
    const methods = names.flatMap((name) => {
      const method = this.registry.get(name);
      // The channel of the first factor once more is no second one (R086).
      if (!method?.isConfigured() || method.isIndependentOf?.(amr, user) === false) return [];
      return [{ method, devices: devices.filter(({ type }) => type === name) }];
    });
    return { methods, preferred: preferredOf(methods.flatMap((entry) => entry.devices))?.type };
  }

  /** By what the account can answer now: with its usable factors, and with backup codes as long as some are left. */
  async answersOf({ id }: Pick<User, 'id'>, { methods }: UsableFactors): Promise<MfaAnswerMethod[]> {
    const names = methods.map(({ method }) => method.name);
    return (await this.backupCodes.areLeft(id)) ? [...names, 'backup'] : names;
  }

  /**
   * What a client needs to show a factor, nothing for a backup code; a code is sent where the method sends one.
   *
   * @throws {NAuthException} VALIDATION_FAILED for a method that the account has not got, and what the method refuses with
   */
  async challengeData(request: FactorRequest, methodName: string): Promise<Record<string, unknown>> {
    if (methodName === 'backup') return {};
    const { method, context } = await this.inUse(request, methodName);
    return method.challengeData(context);
  }

  /** Sends the code of the preferred method that has one again, or for the first time. */
  async resend(request: FactorRequest, methodName: string): Promise<{ destination: string }> {
    const { method, context } = await this.inUse(request, methodName);
    if (!method.resend) throw new NAuthException('CHALLENGE_TYPE_MISMATCH');
    return method.resend(context);
  }

  /**
   * Looks at an answer, outside of any unit of work. Counting answers is the caller's.
   *
   * @throws {NAuthException} VALIDATION_FAILED for a method that the account has not got or a malformed answer,
   * VERIFY_CODE_* for a wrong one, SERVICE_UNAVAILABLE
   */
  async verify(request: FactorRequest, answer: ChallengeAnswer): Promise<VerifiedFactor> {
    const shown = await this.look(request, answer);
    const { user } = request;
    return {
      method: shown.device?.type ?? 'backup',
      amr: [...shown.amr, SECOND_FACTOR],
      claim: async () => {
        await shown.claim();
        if (shown.device && !(await this.markUsed(shown.device, user))) {
          throw new NAuthException('VERIFY_CODE_INVALID');
        }
        await this.passwords.settleRecovery(user);
      },
    };
  }

  private async look(request: FactorRequest, answer: ChallengeAnswer): Promise<ShownFactor> {
    if (answer.method === 'backup') return this.backupCodes.verify(request.user, answer.code);
    const { method, context } = await this.inUse(request, answer.method, answer.deviceId);
    return method.verify(context, answer);
  }

  /** A factor that was removed meanwhile is none. */
  private markUsed(device: MfaDevice, user: User): Promise<boolean> {
    return this.mfa.markUsed(device.id, user.id, new Date(this.clock.now()));
  }

  private async inUse(
    request: FactorRequest,
    methodName: string | undefined,
    deviceId?: string,
  ): Promise<{ method: MfaMethod; context: MfaUseContext }> {
    const { methods } = await this.usable(request);
    const entry = methods.find(({ method }) => method.name === methodName);
    const devices = entry?.devices.filter(({ id }) => deviceId === undefined || id === deviceId) ?? [];
    if (!entry || devices.length === 0) {
      throw new NAuthException('VALIDATION_FAILED', {
        message: 'This account has no such second factor.',
        details: { fields: { [entry ? 'deviceId' : 'method']: ['is no second factor of this account'] } },
      });
    }
    const { user, binding } = request;
    return { method: entry.method, context: { user, binding, devices } };
  }
}

/** The factor that was preferred last, or else the oldest. */
export function preferredOf(devices: readonly MfaDevice[]): MfaDevice | undefined {
  return devices.reduce<MfaDevice | undefined>((best, device) => {
    if (!best) return device;
    return (device.preferredAt?.getTime() ?? -1) > (best.preferredAt?.getTime() ?? -1) ? device : best;
  }, undefined);
}
