import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common';
import { Cleaner, TRANSIENT_STORE, type TransientStore } from '../storage';
import { ONE_TIME_CODE_REPOSITORY, type OneTimeCodeRepository } from './one-time-code.repository';

/** Removes codes that prove nothing any more, those of decoys among them. */
@Injectable()
export class OneTimeCodeCleaner extends Cleaner {
  constructor(
    @Inject(ONE_TIME_CODE_REPOSITORY) codes: OneTimeCodeRepository,
    @Inject(TRANSIENT_STORE) store: TransientStore,
    @Inject(CLOCK) clock: Clock,
  ) {
    super(store, clock, {
      name: 'one-time-codes',
      intervalMs: 60_000,
      steps: [{ restMs: 3600_000, remove: (before, limit) => codes.deleteExpired(before, limit) }],
    });
  }
}
