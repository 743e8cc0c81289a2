import { setTimeout as sleep } from 'node:timers/promises';
import type { Surgery } from './break-on-purpose';

/** The mistake: the factors of an account are counted, and then one of them is removed, and nobody queues for it. */
export function removeByCountingFirst({ part, dataSource }: Surgery): void {
  Reflect.set(part('nauth.userRepository'), 'hold', () => Promise.resolve());
  Reflect.set(part('nauth.sessionRepository'), 'hold', () => Promise.resolve(true));
  Reflect.set(
    part('nauth.mfaRepository'),
    'removeDevice',
    async (id: string, userId: string, keepLast: boolean): Promise<string> => {
      const devices = dataSource.createQueryBuilder().from('nauth_mfa_devices', 'd').select('d.id', 'id');
      const all = await devices.where('d.user_id = :userId', { userId }).getRawMany<{ id: string }>();
      if (!all.some((device) => device.id === id)) return 'absent';
      if (keepLast && all.length === 1) return 'last';
      await sleep(20);
      const result = await dataSource
        .createQueryBuilder()
        .delete()
        .from('nauth_mfa_devices')
        .where('id = :id', { id })
        .execute();
      if (result.affected !== 1) return 'absent';
      await dataSource
        .createQueryBuilder()
        .update('nauth_mfa_accounts')
        .set({ factors: () => 'factors - 1' })
        .where('user_id = :userId', { userId })
        .execute();
      return 'removed';
    },
  );
}
