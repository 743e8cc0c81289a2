import type { AuditEvent, AuditRepository } from '../../audit';
import type { Database } from '../database';
import { logAscii, logText } from './log-text';

export class TypeormAuditRepository implements AuditRepository {
  constructor(private readonly database: Database) {}

  async insert(event: AuditEvent): Promise<void> {
    const row: AuditEvent = {
      ...event,
      authMethod: logAscii(event.authMethod, 32),
      reason: logText(event.reason, 255),
      ipAddress: logAscii(event.ipAddress, 64),
      userAgent: logText(event.userAgent, 512),
      requestId: logText(event.requestId, 128),
    };
    await this.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .insert()
        .into(this.database.entities.auditEvents)
        .values(row)
        .updateEntity(false)
        .callListeners(false)
        .execute(),
    );
  }
}
