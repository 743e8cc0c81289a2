import { Inject, Injectable, Logger } from '@nestjs/common';
import { toDataURL } from 'qrcode';
import type { ChallengeAnswer } from '../../challenges';
import { CLOCK, randomId, type Clock } from '../../common';
import { NAuthException } from '../../errors';
import type { User } from '../../users';
import type { MfaDevice } from '../mfa-device';
import type { MfaMethod, MfaSetupContext, MfaUseContext, ProvedFactor, ShownFactor } from '../mfa-method';
import { MfaMethodRegistry } from '../mfa-method-registry';
import { MFA_OPTIONS, type ResolvedMfaOptions } from '../mfa.options';
import { MFA_REPOSITORY, type MfaRepository } from '../mfa.repository';
import { PENDING_LIFE_MS } from '../pending-life';
import { toBase32 } from './base32';
import { TotpCodes } from './totp-codes';
import { TotpSeeds } from './totp-seeds';

const AMR = ['otp'];

/** Codes of an authenticator app. */
@Injectable()
export class TotpMethod implements MfaMethod {
  readonly name = 'totp';
  readonly label = 'authenticator app';
  private readonly logger = new Logger(TotpMethod.name);
  private readonly codes: TotpCodes;

  constructor(
    @Inject(MfaMethodRegistry) registry: MfaMethodRegistry,
    @Inject(MFA_OPTIONS) private readonly options: ResolvedMfaOptions,
    @Inject(MFA_REPOSITORY) private readonly mfa: MfaRepository,
    @Inject(TotpSeeds) private readonly seeds: TotpSeeds,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.codes = new TotpCodes(options.totp);
    registry.register(this);
  }

  isConfigured(): boolean {
    return true;
  }

  canSetUp(): boolean {
    return true;
  }

  /** The seed leaves the server in this answer and never again. */
  async setupData({ user, binding }: MfaSetupContext): Promise<Record<string, unknown>> {
    const seed = this.codes.newSeed();
    const now = this.clock.now();
    await this.mfa.putPending({
      id: randomId(),
      userId: user.id,
      type: this.name,
      binding,
      secret: this.seeds.seal(seed, user.id),
      target: null,
      createdAt: new Date(now),
      expiresAt: new Date(now + PENDING_LIFE_MS),
    });
    const secret = toBase32(seed);
    const otpauthUrl = this.codes.address(seed, this.options.issuer, user.email);
    return {
      secret,
      qrCode: await toDataURL(otpauthUrl),
      manualEntryKey: secret.replace(/(.{4})(?=.)/g, '$1 '),
      otpauthUrl,
      issuer: this.options.issuer,
      accountName: user.email,
    };
  }

  /** Clients send the seed back, as some servers want it; it is not looked at. */
  async verifySetup(
    { user, binding }: MfaSetupContext,
    { code }: Record<string, unknown>,
  ): Promise<ProvedFactor> {
    const pending = await this.mfa.findPending(user.id, binding, this.name, this.now());
    if (!pending) throw new NAuthException('RESOURCE_NOT_FOUND');
    const seed = this.seeds.open(pending.secret, user.id) ?? this.unreadable();
    const step = this.codes.stepOf(seed, code, this.clock.now());
    if (step === undefined) throw new NAuthException('VERIFY_CODE_INVALID');
    const { id, secret } = pending;
    return {
      device: { id, slot: id, name: 'Authenticator app', secret, target: null },
      amr: AMR,
      claim: async () => {
        if (!(await this.mfa.takePending(id, user.id, this.now())))
          throw new NAuthException('RESOURCE_NOT_FOUND');
        // The code has been seen now, and so does not sign in.
        await this.mfa.acceptTotpStep(user.id, step);
      },
    };
  }

  challengeData(): Promise<Record<string, unknown>> {
    return Promise.resolve({});
  }

  async verify({ user, devices }: MfaUseContext, { code }: ChallengeAnswer): Promise<ShownFactor> {
    const latest = (await this.mfa.findTotpStep(user.id)) ?? -1;
    let unreadable = 0;
    for (const device of devices) {
      const seed = this.seeds.open(device.secret, user.id);
      if (!seed) unreadable += 1;
      const step = seed && this.codes.stepOf(seed, code, this.clock.now());
      if (seed && step !== undefined && step > latest) return this.shown(user, device, seed, step);
    }
    if (unreadable > 0) this.unreadable();
    throw new NAuthException('VERIFY_CODE_INVALID');
  }

  private shown(user: User, device: MfaDevice, seed: Buffer, step: number): ShownFactor {
    return {
      device,
      amr: AMR,
      claim: async () => {
        if (!(await this.mfa.acceptTotpStep(user.id, step))) throw new NAuthException('VERIFY_CODE_INVALID');
        const { id, secret } = device;
        if (secret !== null && this.seeds.isOutdated(secret)) {
          await this.mfa.replaceSecret(id, user.id, secret, this.seeds.seal(seed, user.id));
        }
      },
    };
  }

  /** A seed that cannot be read is a fault of the server's and no wrong code (R075). */
  private unreadable(): never {
    this.logger.error('A TOTP seed cannot be read: it was changed, or its encryption key is not configured.');
    throw new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: 60 });
  }

  private now(): Date {
    return new Date(this.clock.now());
  }
}
