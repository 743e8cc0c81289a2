import { setTimeout as sleep } from 'node:timers/promises';
import { NAuthException } from '@nauth-toolkit/nestjs';
import type { Surgery } from './break-on-purpose';

type Insert = (user: { email: string }, hash: string | null) => Promise<unknown>;

/** The mistake: uniqueness by a look first, with no index that holds it. */
export async function insertAfterLooking({ part, dataSource }: Surgery): Promise<void> {
  const on = dataSource.options.type === 'postgres' ? '' : ' ON nauth_users';
  await dataSource.query(`DROP INDEX nauth_users_email_uq${on}`);
  const users = part('nauth.userRepository');
  const insert: Insert = Reflect.get(users, 'insert');
  Reflect.set(users, 'insert', async (...[user, hash]: Parameters<Insert>) => {
    const taken = await dataSource
      .createQueryBuilder()
      .select('u.id')
      .from('nauth_users', 'u')
      .where('u.email = :email', { email: user.email })
      .getRawMany();
    if (taken.length > 0) throw new NAuthException('SIGNUP_EMAIL_EXISTS');
    await sleep(10);
    return insert.call(users, user, hash);
  });
}
