import type { EntityManager, UpdateQueryBuilder } from 'typeorm';
import type { SessionEndReason } from '../../contracts';
import type { RotateStatement, Session, SessionRepository, SessionWithUser } from '../../sessions';
import type { Database } from '../database';
import type { SessionRow } from '../entities';
import { logAscii, logText } from './log-text';
import { mapSession } from './map-session';
import { mapUser } from './map-user';
import { isKnownId } from './require-criterion';

const LIVE = 'revoked_at IS NULL AND refresh_expires_at > :at AND expires_at > :at';

export class TypeormSessionRepository implements SessionRepository {
  constructor(private readonly database: Database) {}

  async insert(session: Session): Promise<void> {
    const row: Session = {
      ...session,
      deviceName: logText(session.deviceName, 255),
      browser: logText(session.browser, 64),
      os: logText(session.os, 64),
      ipAddress: logAscii(session.ipAddress, 64),
      userAgent: logText(session.userAgent, 512),
    };
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .insert()
        .into(this.database.entities.sessions)
        .values(row)
        .updateEntity(false)
        .callListeners(false)
        .execute(),
    );
  }

  async findWithUser(id: string): Promise<SessionWithUser | null> {
    if (!isKnownId('session id', id)) return null;
    const { sessions, users, passwordCredentials } = this.database.entities;
    const row = await this.database.execute((manager) =>
      manager
        .createQueryBuilder(sessions, 'session')
        .innerJoinAndMapOne('session.user', users.options.name, 'user', 'user.id = session.userId')
        .leftJoinAndMapOne(
          'user.credential',
          passwordCredentials.options.name,
          'credential',
          'credential.userId = user.id',
        )
        .where('session.id = :id', { id })
        .getOne(),
    );
    return row?.user ? { session: mapSession(row), user: mapUser(row.user) } : null;
  }

  async rotate({ id, generation, at, ...next }: RotateStatement): Promise<boolean> {
    if (!isKnownId('session id', id)) return false;
    const affected = await this.update((query) =>
      query
        .set({
          generation: () => 'generation + 1',
          rotatedAt: at,
          lastActivityAt: () => 'CASE WHEN last_activity_at < :at THEN :at ELSE last_activity_at END',
          refreshExpiresAt: next.refreshExpiresAt,
          ipAddress: logAscii(next.ipAddress, 64),
          userAgent: logText(next.userAgent, 512),
        })
        .where(`id = :id AND generation = :generation AND ${LIVE}`, { id, generation, at }),
    );
    return affected === 1;
  }

  async revoke(id: string, reason: SessionEndReason, at: Date, userId?: string): Promise<boolean> {
    if (!isKnownId('session id', id)) return false;
    if (userId !== undefined && !isKnownId('user id', userId)) return false;
    const affected = await this.update((query) => {
      query.set({ revokedAt: at, revokeReason: reason }).where('id = :id AND revoked_at IS NULL', { id });
      return userId === undefined ? query : query.andWhere('user_id = :userId', { userId });
    });
    return affected === 1;
  }

  async revokeAll(userId: string, reason: SessionEndReason, at: Date, exceptId?: string): Promise<number> {
    if (!isKnownId('user id', userId)) return 0;
    const except = exceptId !== undefined && isKnownId('session id', exceptId) ? exceptId : undefined;
    return this.update((query) => {
      query
        .set({ revokedAt: at, revokeReason: reason })
        .where(`user_id = :userId AND ${LIVE}`, { userId, at });
      return except === undefined ? query : query.andWhere('id <> :except', { except });
    });
  }

  async revokeOldest(userId: string, keep: number, at: Date): Promise<number> {
    if (!isKnownId('user id', userId)) return 0;
    if (!Number.isSafeInteger(keep) || keep < 0)
      throw new TypeError('keep must be a whole number, 0 or more');
    const table = this.database.tableName('sessions');
    // The second level makes MySQL read the list before it changes the table, and allows LIMIT there.
    const kept =
      `SELECT id FROM (SELECT id FROM ${table} WHERE user_id = :userId AND ${LIVE} ` +
      `ORDER BY created_at DESC, id DESC LIMIT ${keep}) newest`;
    return this.update((query) =>
      query
        .set({ revokedAt: at, revokeReason: 'session_limit' })
        .where(`user_id = :userId AND ${LIVE} AND id NOT IN (${kept})`, { userId, at }),
    );
  }

  async findLive(userId: string, at: Date): Promise<Session[]> {
    if (!isKnownId('user id', userId)) return [];
    const rows = await this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.sessions, 'session')
        .where('session.userId = :userId AND session.revokedAt IS NULL', { userId })
        .andWhere('session.refreshExpiresAt > :at AND session.expiresAt > :at', { at })
        .orderBy('session.createdAt', 'DESC')
        .addOrderBy('session.id', 'DESC')
        .getMany(),
    );
    return rows.map(mapSession);
  }

  async findEnded(userId: string, reason: SessionEndReason, at: Date): Promise<string[]> {
    if (!isKnownId('user id', userId)) return [];
    const rows = await this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.sessions, 'session')
        .select('session.id')
        .where('session.userId = :userId AND session.revokedAt = :at', { userId, at })
        .andWhere('session.revokeReason = :reason', { reason })
        .getMany(),
    );
    return rows.map(({ id }) => id);
  }

  async deleteExpired(at: Date, limit: number): Promise<number> {
    const { sessions } = this.database.entities;
    return this.database.execute(async (manager) => {
      const rows = await manager
        .createQueryBuilder(sessions, 'session')
        .select('session.id')
        .where('session.expiresAt <= :at', { at })
        .orderBy('session.expiresAt', 'ASC')
        .limit(limit)
        .getMany();
      const ids = rows.map(({ id }) => id).sort();
      if (ids.length === 0) return 0;
      await manager.createQueryBuilder().delete().from(sessions).where('id IN (:...ids)', { ids }).execute();
      return ids.length;
    });
  }

  async touch(id: string, at: Date): Promise<void> {
    if (!isKnownId('session id', id)) return;
    await this.update((query) =>
      query.set({ lastActivityAt: at }).where('id = :id AND last_activity_at < :at', { id, at }),
    );
  }

  /** One UPDATE of the sessions table; the number of rows it changed. */
  private async update(
    build: (query: UpdateQueryBuilder<SessionRow>) => UpdateQueryBuilder<SessionRow>,
  ): Promise<number> {
    const start = (manager: EntityManager): UpdateQueryBuilder<SessionRow> =>
      manager.createQueryBuilder().update(this.database.entities.sessions).updateEntity(false);
    const result = await this.database.execute((manager) => build(start(manager)).execute());
    return result.affected ?? 0;
  }
}
