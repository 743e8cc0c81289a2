import { Inject, Injectable } from '@nestjs/common';
import type { SignIn, SignInDetails, SignInDetailsSource } from '../challenges';
import { MfaPolicy } from './mfa-policy.service';

/** Tells who signs in without a second factor until when that goes. */
@Injectable()
export class MfaGracePeriods implements SignInDetailsSource {
  constructor(@Inject(MfaPolicy) private readonly policy: MfaPolicy) {}

  async detailsOf(signIn: SignIn): Promise<SignInDetails> {
    const mfaGracePeriod = await this.policy.gracePeriodOf(signIn);
    return mfaGracePeriod ? { mfaGracePeriod } : {};
  }
}
