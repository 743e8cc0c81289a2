import { setTimeout as sleep } from 'node:timers/promises';
import type { Surgery } from './break-on-purpose';

interface Rotation {
  id: string;
  generation: number;
  at: Date;
  refreshExpiresAt: Date;
}

/** The mistake: the session is read, looked at, and written back whole, as an ORM's `save` does. */
export function rotateByReadingFirst({ part, dataSource }: Surgery): void {
  Reflect.set(part('nauth.sessionRepository'), 'rotate', async (rotation: Rotation): Promise<boolean> => {
    const sessions = dataSource
      .createQueryBuilder()
      .from('nauth_sessions', 's')
      .where('s.id = :id', rotation);
    const read = await sessions.select(['s.generation AS generation', 's.revoked_at AS revoked']).getRawOne<{
      generation: number;
      revoked: Date | null;
    }>();
    if (read?.generation !== rotation.generation || read.revoked !== null) return false;
    await sleep(10);
    await dataSource
      .createQueryBuilder()
      .update('nauth_sessions')
      .set({
        generation: rotation.generation + 1,
        rotated_at: rotation.at,
        refresh_expires_at: rotation.refreshExpiresAt,
        revoked_at: read.revoked,
      })
      .where('id = :id', rotation)
      .execute();
    return true;
  });
}
