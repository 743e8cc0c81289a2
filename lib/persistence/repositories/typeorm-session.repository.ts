import type { EntityManager, SelectQueryBuilder, UpdateQueryBuilder } from 'typeorm';
import type { SessionEndReason } from '../../contracts';
import type {
  RefreshCandidate,
  RotateStatement,
  Session,
  SessionProof,
  SessionRepository,
  SessionWithUser,
} from '../../sessions';
import type { Database } from '../database';
import type { SessionRow } from '../entities';
import { ageByDatabase, DATABASE_NOW } from './database-clock';
import { logAscii, logText } from './log-text';
import { mapSession } from './map-session';
import { mapUser } from './map-user';
import { isKnownId } from './require-criterion';

const LIVE = 'revoked_at IS NULL AND refresh_expires_at > :at AND expires_at > :at';
/** The clock of another instance may be behind by this much (R151): for it, what has just ended here still lives. */
const MAX_SKEW_MS = 10 * 60_000;

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
    const row = await this.database.execute((manager) => this.withUser(manager, id).getOne());
    return found(row);
  }

  async findForRefresh(id: string): Promise<RefreshCandidate | null> {
    if (!isKnownId('session id', id)) return null;
    const age = ageByDatabase(this.database.family, 'session.rotatedAt');
    const { entities, raw } = await this.database.execute((manager) =>
      this.withUser(manager, id)
        .addSelect(age, 'rotation_age')
        .getRawAndEntities<{ rotation_age: unknown }>(),
    );
    const candidate = found(entities[0]);
    if (!candidate) return null;
    return { ...candidate, rotationAgeMs: candidate.session.rotatedAt && Number(raw[0]?.rotation_age) };
  }

  async rotate({ id, generation, at, ...next }: RotateStatement): Promise<boolean> {
    if (!isKnownId('session id', id)) return false;
    const affected = await this.update((query) =>
      query
        .set({
          generation: () => 'generation + 1',
          rotatedAt: () => DATABASE_NOW[this.database.family],
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
        .where(`user_id = :userId AND ${LIVE}`, { userId, at: new Date(at.getTime() - MAX_SKEW_MS) });
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

  async setProof(
    id: string,
    userId: string,
    { amr, authTime, mfaSparedBy }: SessionProof,
    at: Date,
  ): Promise<boolean> {
    if (!isKnownId('session id', id) || !isKnownId('user id', userId)) return false;
    const affected = await this.update((query) =>
      query
        // The moment changes the row, so a server that counts changed rows counts this one.
        .set({
          amr,
          lastActivityAt: at,
          ...(authTime && { authTime }),
          ...(mfaSparedBy === null && { mfaSparedBy }),
        })
        .where('id = :id AND user_id = :userId AND revoked_at IS NULL AND expires_at > :at', {
          id,
          userId,
          at,
        }),
    );
    return affected === 1;
  }

  async hold(id: string, userId: string, at: Date): Promise<boolean> {
    if (!isKnownId('session id', id) || !isKnownId('user id', userId)) return false;
    const affected = await this.update((query) =>
      query
        .set({ lastActivityAt: at })
        .where(`id = :id AND user_id = :userId AND ${LIVE}`, { id, userId, at }),
    );
    return affected === 1;
  }

  async touch(id: string, at: Date): Promise<void> {
    if (!isKnownId('session id', id)) return;
    await this.update((query) =>
      query.set({ lastActivityAt: at }).where('id = :id AND last_activity_at < :at', { id, at }),
    );
  }

  private withUser(manager: EntityManager, id: string): SelectQueryBuilder<SessionRow> {
    const { sessions, users, passwordCredentials } = this.database.entities;
    return manager
      .createQueryBuilder(sessions, 'session')
      .innerJoinAndMapOne('session.user', users.options.name, 'user', 'user.id = session.userId')
      .leftJoinAndMapOne(
        'user.credential',
        passwordCredentials.options.name,
        'credential',
        'credential.userId = user.id',
      )
      .where('session.id = :id', { id });
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

function found(row: SessionRow | null | undefined): SessionWithUser | null {
  return row?.user ? { session: mapSession(row), user: mapUser(row.user) } : null;
}
