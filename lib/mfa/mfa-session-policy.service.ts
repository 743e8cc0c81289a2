import { Inject, Injectable } from '@nestjs/common';
import type { SessionEndReason } from '../contracts';
import type { SessionPolicy, SessionWithUser } from '../sessions';
import { MfaPolicy } from './mfa-policy.service';

/** Ends sessions whose account has to have a second factor by now, and has none: the next sign-in sets it up. */
@Injectable()
export class MfaSessionPolicy implements SessionPolicy {
  constructor(@Inject(MfaPolicy) private readonly policy: MfaPolicy) {}

  async endOf(found: SessionWithUser): Promise<SessionEndReason | undefined> {
    return (await this.policy.isOverdue(found)) ? 'mfa_required' : undefined;
  }
}
