import type { EntityManager, UpdateQueryBuilder } from 'typeorm';
import type { Attempt, OutboxEntry, OutboxRepository } from '../../notifications';
import type { Database } from '../database';
import { isKnownId } from './require-criterion';

export class TypeormOutboxRepository implements OutboxRepository {
  constructor(private readonly database: Database) {}

  async insert(entry: OutboxEntry): Promise<void> {
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .insert()
        .into(this.database.entities.outbox)
        .values({ ...entry })
        .updateEntity(false)
        .callListeners(false)
        .execute(),
    );
  }

  async claim(id: string, at: Date, lostAt: Date): Promise<OutboxEntry | null> {
    if (!isKnownId('outbox id', id)) return null;
    // As one: a message that was claimed and could not be read would count as one whose fate is not known.
    return this.database.run(async () => {
      const { affected } = await this.database.execute((manager) =>
        this.update(manager)
          .set({ state: 'sending', attempts: () => 'attempts + 1', dueAt: lostAt })
          .where("id = :id AND state = 'pending' AND due_at <= :at AND expires_at > :at", { id, at })
          .execute(),
      );
      if (affected !== 1) return null;
      return this.database.execute((manager) =>
        manager
          .createQueryBuilder(this.database.entities.outbox, 'entry')
          .where('entry.id = :id', { id })
          .getOne(),
      );
    });
  }

  async postpone({ id, attempts }: Attempt, dueAt: Date): Promise<void> {
    if (!isKnownId('outbox id', id)) return;
    await this.database.execute((manager) =>
      this.update(manager)
        .set({ state: 'pending', dueAt })
        .where("id = :id AND state = 'sending' AND attempts = :attempts", { id, attempts })
        .execute(),
    );
  }

  async remove({ id, attempts }: Attempt): Promise<void> {
    if (!isKnownId('outbox id', id)) return;
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .delete()
        .from(this.database.entities.outbox)
        .where("id = :id AND state = 'sending' AND attempts = :attempts", { id, attempts })
        .execute(),
    );
  }

  due(at: Date, limit: number): Promise<OutboxEntry[]> {
    return this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.outbox, 'entry')
        .select(['entry.id', 'entry.channel'])
        .where("entry.state = 'pending' AND entry.dueAt <= :at AND entry.expiresAt > :at", { at })
        .orderBy('entry.dueAt', 'ASC')
        .limit(limit)
        .getMany(),
    );
  }

  lost(at: Date, limit: number): Promise<OutboxEntry[]> {
    return this.database.execute((manager) =>
      manager
        .createQueryBuilder(this.database.entities.outbox, 'entry')
        .select(['entry.id', 'entry.channel', 'entry.template', 'entry.attempts'])
        .where("entry.state = 'sending' AND entry.dueAt <= :at", { at })
        .orderBy('entry.dueAt', 'ASC')
        .limit(limit)
        .getMany(),
    );
  }

  async deleteExpired(at: Date, limit: number): Promise<number> {
    const { outbox } = this.database.entities;
    return this.database.execute(async (manager) => {
      const rows = await manager
        .createQueryBuilder(outbox, 'entry')
        .select('entry.id')
        .where("entry.expiresAt <= :at AND entry.state = 'pending'", { at })
        .orderBy('entry.expiresAt', 'ASC')
        .limit(limit)
        .getMany();
      const ids = rows.map(({ id }) => id).sort();
      if (ids.length === 0) return 0;
      const { affected } = await manager
        .createQueryBuilder()
        .delete()
        .from(outbox)
        .where("id IN (:...ids) AND state = 'pending'", { ids })
        .execute();
      return affected ?? 0;
    });
  }

  private update(manager: EntityManager): UpdateQueryBuilder<OutboxEntry> {
    return manager.createQueryBuilder().update(this.database.entities.outbox).updateEntity(false);
  }
}
