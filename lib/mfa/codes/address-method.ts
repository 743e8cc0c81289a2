import type { ChallengeAnswer } from '../../challenges';
import { randomId } from '../../common';
import type { MfaMethodName, NAuthErrorCode } from '../../contracts';
import { NAuthException } from '../../errors';
import type { Channel, ResolvedNotificationOptions } from '../../notifications';
import type { User } from '../../users';
import type { MfaDevice } from '../mfa-device';
import type { MfaMethod, MfaSetupContext, MfaUseContext, ProvedFactor, ShownFactor } from '../mfa-method';
import { PENDING_LIFE_MS } from '../pending-life';
import type { AddressMethodParts } from './address-method-parts';
import type { FactorCode } from './factor-codes.service';

/** What differs between an e-mail address and a telephone number as factors. */
export interface AddressFactor {
  name: Channel & MfaMethodName;
  label: string;
  /** Reference of a code that came this way (RFC 8176). */
  amr: string;
  /** The name of the parameter with the masked address. */
  hintName: string;
  /** The names that clients give the address by, the proper one first. */
  fields: readonly [string, ...string[]];
  invalid: NAuthErrorCode;
  canonical(given: unknown): string | undefined;
  /** The address of the account. */
  ownOf(user: User): string | null;
  mask(target: string): string;
  isConfigured(options: ResolvedNotificationOptions): boolean;
}

/** What is the same of factors that are an address: an account has one of each, and a code goes there. */
export abstract class AddressMethod implements MfaMethod {
  readonly name: AddressFactor['name'];
  readonly label: string;

  protected constructor(
    private readonly parts: AddressMethodParts,
    private readonly factor: AddressFactor,
  ) {
    this.name = factor.name;
    this.label = factor.label;
    parts.registry.register(this);
  }

  isConfigured(): boolean {
    return this.factor.isConfigured(this.parts.notifications);
  }

  canSetUp(): boolean {
    return true;
  }

  async setupData(
    context: MfaSetupContext,
    input: Record<string, unknown>,
  ): Promise<Record<string, unknown>> {
    const { user, binding } = context;
    const target = this.read(input) ?? this.factor.ownOf(user);
    if (target === null) throw this.missing();
    const now = this.parts.clock.now();
    const destination = await this.parts.codes.send(this.codeOf(context, 'setup', target));
    await this.parts.mfa.putPending({
      id: randomId(),
      userId: user.id,
      type: this.name,
      binding,
      secret: null,
      target,
      createdAt: new Date(now),
      expiresAt: new Date(now + PENDING_LIFE_MS),
    });
    return { [this.factor.hintName]: destination, destination };
  }

  async verifySetup(context: MfaSetupContext, input: Record<string, unknown>): Promise<ProvedFactor> {
    const { user, binding } = context;
    const pending = await this.parts.mfa.findPending(user.id, binding, this.name, this.now());
    if (!pending || pending.target === null) throw new NAuthException('RESOURCE_NOT_FOUND');
    const { id, target } = pending;
    const named = this.read(input);
    if (named !== undefined && named !== target) throw new NAuthException('VERIFY_CODE_INVALID');
    const proved = await this.parts.codes.check(this.codeOf(context, 'setup', target), input['code']);
    return {
      device: { id, slot: this.name, name: this.factor.mask(target), secret: null, target },
      amr: [this.factor.amr],
      claim: async () => {
        await this.parts.codes.consume(proved);
        if (!(await this.parts.mfa.takePending(id, user.id, this.now()))) {
          throw new NAuthException('RESOURCE_NOT_FOUND');
        }
      },
    };
  }

  async challengeData(context: MfaUseContext): Promise<Record<string, unknown>> {
    const destination = await this.parts.codes.send(this.useOf(context));
    return { [this.factor.hintName]: destination, destination };
  }

  async verify(context: MfaUseContext, { code }: ChallengeAnswer): Promise<ShownFactor> {
    const proved = await this.parts.codes.check(this.useOf(context), code);
    return {
      device: context.devices[0] ?? null,
      amr: [this.factor.amr],
      claim: () => this.parts.codes.consume(proved),
    };
  }

  hint([device]: readonly MfaDevice[]): Record<string, unknown> {
    return device?.target ? { [this.factor.hintName]: this.factor.mask(device.target) } : {};
  }

  async resend(context: MfaUseContext): Promise<{ destination: string }> {
    return { destination: await this.parts.codes.resend(this.useOf(context)) };
  }

  prepareCode(context: Omit<MfaUseContext, 'binding'>): Promise<(binding: string) => Promise<string>> {
    return this.parts.codes.prepare(this.useOf(context));
  }

  /**
   * The first of the references is that of the first factor. A password that was set by a code is worth what the code's
   * channel is, whichever address the factor has: two mailboxes of one owner are not two things.
   */
  isIndependentOf(amr: readonly string[], { passwordRecoveredBy }: User): boolean {
    return amr[0] !== this.name && !(amr.includes('pwd') && passwordRecoveredBy === this.name);
  }

  /** The address that a client names, canonical; undefined where it names none. @throws {NAuthException} VALIDATION_* */
  private read(input: Record<string, unknown>): string | undefined {
    const { fields, canonical, invalid } = this.factor;
    const given = fields.reduce<unknown>((found, field) => found ?? input[field], undefined);
    if (given === undefined) return undefined;
    const target = canonical(given);
    if (target === undefined) throw new NAuthException(invalid);
    return target;
  }

  private useOf<Context extends Omit<MfaUseContext, 'binding'>>(
    context: Context,
  ): Context & Omit<FactorCode, 'binding'> {
    const target = context.devices[0]?.target;
    if (!target) throw new NAuthException('RESOURCE_NOT_FOUND');
    return { ...context, channel: this.name, purpose: 'use', target };
  }

  private codeOf(
    { user, binding }: MfaSetupContext,
    purpose: FactorCode['purpose'],
    target: string,
  ): FactorCode {
    return { channel: this.name, purpose, user, binding, target };
  }

  private missing(): NAuthException {
    const [field] = this.factor.fields;
    return new NAuthException('VALIDATION_FAILED', {
      details: { fields: { [field]: ['is wanted: the account has none'] } },
    });
  }

  private now(): Date {
    return new Date(this.parts.clock.now());
  }
}
