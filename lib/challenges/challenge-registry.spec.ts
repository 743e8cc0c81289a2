import { describe, expect, it } from 'vitest';
import type { ChallengeName } from '../contracts';
import { ChallengeRegistry } from './challenge-registry';
import type { ChallengeResolver } from './challenge-resolver';

function resolver(name: ChallengeName): ChallengeResolver {
  const unused = (): never => {
    throw new Error('not asked here');
  };
  return { name, isRequired: unused, open: unused, check: unused };
}

describe('ChallengeRegistry', () => {
  it('asks in the order of the wire contract, however the resolvers have come', () => {
    const registry = new ChallengeRegistry();
    const order: ChallengeName[] = [
      'FORCE_CHANGE_PASSWORD',
      'VERIFY_EMAIL',
      'VERIFY_PHONE',
      'MFA_SETUP_REQUIRED',
      'MFA_REQUIRED',
    ];
    for (const name of order.toReversed()) registry.register(resolver(name));
    expect(registry.inOrder().map(({ name }) => name)).toEqual(order);
  });

  it('takes one resolver of a name', () => {
    const registry = new ChallengeRegistry();
    registry.register(resolver('VERIFY_EMAIL'));
    expect(() => registry.register(resolver('VERIFY_EMAIL'))).toThrow('two resolvers of VERIFY_EMAIL');
  });
});
