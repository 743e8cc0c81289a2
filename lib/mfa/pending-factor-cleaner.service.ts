import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common';
import { Cleaner, TRANSIENT_STORE, type TransientStore } from '../storage';
import { MFA_REPOSITORY, type MfaRepository } from './mfa.repository';

/** Removes set-ups that nobody finished. */
@Injectable()
export class PendingFactorCleaner extends Cleaner {
  constructor(
    @Inject(MFA_REPOSITORY) mfa: MfaRepository,
    @Inject(TRANSIENT_STORE) store: TransientStore,
    @Inject(CLOCK) clock: Clock,
  ) {
    super(store, clock, {
      name: 'mfa-setups',
      intervalMs: 10 * 60_000,
      steps: [{ restMs: 0, remove: (before, limit) => mfa.deleteExpiredPending(before, limit) }],
    });
  }
}
