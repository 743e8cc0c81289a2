import { setTimeout as sleep } from 'node:timers/promises';
import type { Surgery } from './break-on-purpose';

type Claim = (...given: unknown[]) => Promise<boolean>;

/**
 * The mistake: that a challenge and its code are open is looked up, and believed when they are finished a little later.
 */
export function answerByReadingFirst({ part }: Surgery): void {
  believe(part('nauth.challengeRepository'), 'complete');
  believe(part('nauth.oneTimeCodeRepository'), 'consume');
}

function believe(repository: object, method: string): void {
  const claim: Claim = Reflect.get(repository, method);
  Reflect.set(repository, method, async (...given: unknown[]) => {
    await sleep(10);
    await claim.apply(repository, given);
    return true;
  });
}
