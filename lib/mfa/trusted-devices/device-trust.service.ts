import { Inject, Injectable } from '@nestjs/common';
import { AuthAuditService } from '../../audit';
import type { SignIn } from '../../challenges';
import { ContextStorage, type IssuedDevice, type IssuedTokens } from '../../context';
import { TrustedDevices } from '../../devices';
import { hasSecondFactor, type Session } from '../../sessions';
import { MFA_OPTIONS, type ResolvedMfaOptions } from '../mfa.options';
import type { SecondFactorBypass } from '../ports/second-factor-bypass';

/** What the policy makes of devices that their users trust. They are spared the second factor, and never the first (R088). */
@Injectable()
export class DeviceTrust implements SecondFactorBypass {
  private readonly bypassed = new WeakSet<SignIn>();

  constructor(
    @Inject(TrustedDevices) private readonly devices: TrustedDevices,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(AuthAuditService) private readonly audit: AuthAuditService,
    @Inject(MFA_OPTIONS) private readonly options: ResolvedMfaOptions,
  ) {}

  /** Not where a sign-in is so unusual that the token of the device may have been stolen. */
  async spares(signIn: SignIn): Promise<boolean> {
    const { user, risk } = signIn;
    if (risk?.level === 'high' || !(await this.isTrusted(user.id))) return false;
    if (risk?.action === 'require_mfa' && !this.bypassed.has(signIn)) {
      this.bypassed.add(signIn);
      await this.audit.record('ADAPTIVE_MFA_BYPASSED', {
        status: 'INFO',
        userId: user.id,
        authMethod: signIn.authMethod,
        reason: 'trusted_device',
        details: { level: risk.level },
      });
    }
    return true;
  }

  /** By the device that the session was opened on: a client shows its token where it signs in, and not at every refresh. */
  async sparesSession({ userId, deviceId }: Session): Promise<boolean> {
    if (deviceId === null || !this.isInUse()) return false;
    return (await this.devices.list(userId)).some(({ id }) => id === deviceId);
  }

  async endTrust(userId: string): Promise<void> {
    await this.endAll(userId, 'factors_changed');
  }

  /** Ends the trust in every device of the user, as part of the running unit of work; the number of those that had it. */
  async endAll(userId: string, reason: string): Promise<number> {
    const ended = await this.devices.endAll(userId);
    if (ended > 0) {
      const entry = { status: 'SUCCESS', userId, reason, details: { devices: ended } } as const;
      await this.audit.record('DEVICE_UNTRUSTED', entry);
    }
    return ended;
  }

  /** Trusts a device of the user; undefined when there is no such device any more. Part of a unit of work. */
  async trust(userId: string, deviceId: string, reason: string): Promise<IssuedDevice | undefined> {
    const device = await this.devices.trust(userId, deviceId, this.options.rememberDeviceMs);
    if (device) await this.audit.record('DEVICE_TRUSTED', { status: 'SUCCESS', userId, deviceId, reason });
    return device;
  }

  /** A session has been opened: says whether its device is trusted, and makes it so where that is the rule. */
  async opened({ user, amr }: SignIn, issued: IssuedTokens): Promise<void> {
    const { device } = issued;
    if (!device || !this.isInUse()) return;
    if (await this.isTrusted(user.id)) {
      issued.device = { ...device, isTrusted: true };
    } else if (this.options.rememberDevices === 'always' && hasSecondFactor(amr)) {
      issued.device = (await this.trust(user.id, device.id, 'second_factor')) ?? device;
    }
  }

  private async isTrusted(userId: string): Promise<boolean> {
    const token = this.context.current()?.client?.deviceToken ?? null;
    return token !== null && this.isInUse() && this.devices.isTrusted(userId, token);
  }

  private isInUse(): boolean {
    return this.options.enabled && this.options.rememberDevices !== 'never';
  }
}
