import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { AuditSealer, AuditTrailError, type AuditFailure } from '../../../lib/audit';
import { AuditWriter } from '../../../lib/audit/audit-writer.service';
import { NAuthException } from '../../../lib/errors';
import { MemoryTransientStore } from '../../../lib/storage';
import { Trail } from './trail';

const options = {
  enabled: true,
  mustAudit: false,
  retentionMs: undefined,
  truncateIp: false,
  tenant: 'default',
  redactLog: true,
};

describe('an event that the trail does not take (R130)', () => {
  let trail: Trail;
  let alarms: AuditFailure[];

  beforeAll(async () => {
    trail = await Trail.open('sqlite');
  });
  afterAll(() => trail.close());
  beforeEach(() => {
    alarms = [];
    const spy = vi.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
    onTestFinished(() => spy.mockRestore());
  });

  function writerThatMeets(error: Error): AuditWriter {
    const events = { insert: () => Promise.reject(error), find: () => Promise.reject(error) };
    const sealer = new AuditSealer(trail.sealer(), new MemoryTransientStore(), options);
    const alarm = { auditFailed: (failure: AuditFailure) => void alarms.push(failure) };
    return new AuditWriter(events, trail.signer, sealer, trail.database, options, alarm);
  }

  const brokenTrail = (): AuditWriter => writerThatMeets(new AuditTrailError(new Error('no such table')));
  const lost = { eventType: 'LOGIN_FAILED', failedClosed: false };

  it('is lost when the change that it tells of is kept, not before', async () => {
    const writer = brokenTrail();
    let runs = 0;
    await trail.database.run(async () => {
      runs += 1;
      await writer.write(trail.event(runs));
      expect([writer.failureCount, alarms]).toEqual([0, []]);
    });
    // The unit ran again, and left the trail alone.
    expect([runs, writer.failureCount, alarms]).toEqual([2, 1, [lost]]);
  });

  it('is not lost when the change that it tells of is undone', async () => {
    const writer = brokenTrail();
    await writer.write(trail.event(1));
    expect([writer.failureCount, alarms]).toEqual([1, [lost]]);
    const undone = trail.database.run(async () => {
      await writer.write(trail.event(2));
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect([writer.failureCount, alarms]).toEqual([1, [lost]]);
  });

  it('is no matter of the trail when the database is down', async () => {
    const writer = writerThatMeets(new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: 5 }));
    await expect(writer.write(trail.event(1))).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect([writer.failureCount, alarms]).toEqual([0, []]);
  });
});
