import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common';
import { Cleaner, TRANSIENT_STORE, type TransientStore } from '../storage';
import { CHALLENGE_REPOSITORY, type ChallengeRepository } from './challenge.repository';

/** Removes challenges that can no longer be answered. */
@Injectable()
export class ChallengeCleaner extends Cleaner {
  constructor(
    @Inject(CHALLENGE_REPOSITORY) challenges: ChallengeRepository,
    @Inject(TRANSIENT_STORE) store: TransientStore,
    @Inject(CLOCK) clock: Clock,
  ) {
    super(store, clock, {
      name: 'challenges',
      intervalMs: 60_000,
      steps: [{ restMs: 3600_000, remove: (before, limit) => challenges.deleteExpired(before, limit) }],
    });
  }
}
