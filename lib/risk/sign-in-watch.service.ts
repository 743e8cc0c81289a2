import { Inject, Injectable } from '@nestjs/common';
import type { SignIn, SignInObserver, SignInRisk } from '../challenges';
import type { IssuedTokens } from '../context';
import { DeviceTrust } from '../mfa/trusted-devices/device-trust.service';
import { RiskAssessor } from './risk-assessor.service';

/** What the gate of sign-ins asks of this folder and of trusted devices. */
@Injectable()
export class SignInWatch implements SignInObserver {
  constructor(
    @Inject(RiskAssessor) private readonly assessor: RiskAssessor,
    @Inject(DeviceTrust) private readonly devices: DeviceTrust,
  ) {}

  assess(signIn: SignIn): Promise<SignInRisk | undefined> {
    return this.assessor.assess(signIn.user, signIn.authMethod);
  }

  opened(signIn: SignIn, issued: IssuedTokens): Promise<void> {
    return this.devices.opened(signIn, issued);
  }
}
