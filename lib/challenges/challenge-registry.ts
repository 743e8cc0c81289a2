import { Injectable } from '@nestjs/common';
import type { ChallengeName } from '../contracts';
import type { ChallengeResolver } from './challenge-resolver';

/** The order in which challenges are asked (wire contract, section Challenges). */
const ORDER: readonly ChallengeName[] = [
  'FORCE_CHANGE_PASSWORD',
  'VERIFY_EMAIL',
  'VERIFY_PHONE',
  'MFA_SETUP_REQUIRED',
  'MFA_REQUIRED',
];

/** The kinds of challenges that there are. Each resolver registers itself when its module is made. */
@Injectable()
export class ChallengeRegistry {
  private readonly resolvers = new Map<ChallengeName, ChallengeResolver>();

  /** @throws {Error} when there is one of this name already */
  register(resolver: ChallengeResolver): void {
    if (this.resolvers.has(resolver.name)) throw new Error(`two resolvers of ${resolver.name}`);
    this.resolvers.set(resolver.name, resolver);
  }

  get(name: ChallengeName): ChallengeResolver | undefined {
    return this.resolvers.get(name);
  }

  /** All resolvers, in the order in which they are asked. */
  inOrder(): ChallengeResolver[] {
    return ORDER.flatMap((name) => this.resolvers.get(name) ?? []);
  }
}
