import { Inject, Injectable } from '@nestjs/common';
import type { SessionEndReason } from '../contracts';
import type { SessionPolicy, SessionWithUser } from '../sessions';
import { MfaPolicy } from './mfa-policy.service';

/** Ends sessions without a second factor that the policy asks for by now: the next sign-in shows it, or sets it up. */
@Injectable()
export class MfaSessionPolicy implements SessionPolicy {
  constructor(@Inject(MfaPolicy) private readonly policy: MfaPolicy) {}

  async endOf(found: SessionWithUser): Promise<SessionEndReason | undefined> {
    return (await this.policy.isOverdue(found)) ? 'mfa_required' : undefined;
  }
}
