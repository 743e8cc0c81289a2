import type { Surgery } from './break-on-purpose';

type FindById = (id: string) => Promise<{ securityVersion: number } | null>;

/** The mistake: the account is looked at, not claimed, so that logins of one account do not queue behind each other. */
export function loginWithoutClaim({ part }: Surgery): void {
  const users = part('nauth.userRepository');
  const findById: FindById = Reflect.get(users, 'findById');
  Reflect.set(users, 'claimLogin', async (id: string, securityVersion: number) => {
    return (await findById.call(users, id))?.securityVersion === securityVersion;
  });
}
