import type { SessionChange, SessionFeed, SessionFeedPage } from '../../sessions';
import type { Database } from '../database';

const PAGE_SIZE = 5000;

export class TypeormSessionFeed implements SessionFeed {
  constructor(private readonly database: Database) {}

  async append({ sessionId, userId }: SessionChange, at: Date): Promise<void> {
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .insert()
        .into(this.database.entities.sessionChanges)
        .values({ sessionId, userId, createdAtMs: at.getTime() })
        .updateEntity(false)
        .callListeners(false)
        .execute(),
    );
  }

  async read(after: number): Promise<SessionFeedPage> {
    const rows = await this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.sessionChanges, 'note')
        .where('note.sequence > :after', { after })
        .orderBy('note.sequence', 'ASC')
        .limit(PAGE_SIZE)
        .getMany(),
    );
    return {
      notes: rows.map(({ sequence, sessionId, userId }) => ({ sequence, change: { sessionId, userId } })),
      complete: rows.length < PAGE_SIZE,
    };
  }

  async latest(): Promise<number> {
    const row = await this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.sessionChanges, 'note')
        .orderBy('note.sequence', 'DESC')
        .limit(1)
        .getOne(),
    );
    return row?.sequence ?? 0;
  }

  async prune(at: Date, limit: number): Promise<number> {
    const { sessionChanges } = this.database.entities;
    return this.database.execute(async (manager) => {
      const rows = await manager
        .createQueryBuilder(sessionChanges, 'note')
        .select('note.sequence')
        .where('note.createdAtMs < :at', { at: at.getTime() })
        .orderBy('note.createdAtMs', 'ASC')
        .limit(limit)
        .getMany();
      const sequences = rows.map(({ sequence }) => sequence);
      if (sequences.length === 0) return 0;
      await manager
        .createQueryBuilder()
        .delete()
        .from(sessionChanges)
        .where('sequence IN (:...sequences)', { sequences })
        .execute();
      return sequences.length;
    });
  }
}
