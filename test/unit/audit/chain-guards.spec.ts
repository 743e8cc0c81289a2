import 'reflect-metadata';
import { Logger } from '@nestjs/common';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import type { AuditAnchor, AuditChain, ChainLink } from '../../../lib/audit';
import { randomId } from '../../../lib/common';
import { TypeormAuditChainRepository } from '../../../lib/persistence';
import { DAY, NOW, Trail } from './trail';

/** A chain that changes while it is looked at: its head is read as these, one after the other, and then as it is. */
class ChangingHead extends TypeormAuditChainRepository {
  readonly heads: AuditChain[] = [];

  override async findChain(tenant: string): Promise<AuditChain | null> {
    return this.heads.shift() ?? super.findChain(tenant);
  }
}

/** Another instance was first, with the head: it is no longer the one that was read, once. */
class HeadTaken extends TypeormAuditChainRepository {
  private isTaken = true;

  override async replaceChain(chain: AuditChain, previousMac: string): Promise<boolean> {
    const mac = this.isTaken ? 'of another head' : previousMac;
    this.isTaken = false;
    return super.replaceChain(chain, mac);
  }
}

/** Another instance was first, with one of the rows that are being given their places. */
class RowTaken extends TypeormAuditChainRepository {
  private taken = 1;

  override async link(links: readonly ChainLink[]): Promise<number> {
    const linked = await super.link(links);
    const taken = this.taken;
    this.taken = 0;
    return linked - taken;
  }
}

/**
 * Tampering that one check alone finds, so that the check cannot go without a test that says so. What the chain makes of
 * other tampering, on every engine, is in chain.spec.ts.
 */
describe('the chain, against one who can write to the database', () => {
  let trail: Trail;
  let logged: string[];

  beforeAll(async () => {
    trail = await Trail.open('sqlite');
  });
  afterAll(() => trail.close());
  beforeEach(async () => {
    await trail.empty();
    logged = [];
    const spy = vi
      .spyOn(Logger.prototype, 'error')
      .mockImplementation((text) => void logged.push(String(text)));
    onTestFinished(() => spy.mockRestore());
  });

  const at = (sequence: number): string => `WHERE sequence = ${sequence}`;
  const head = async (): Promise<AuditChain> => {
    const chain = await trail.chains.findChain('default');
    if (!chain) throw new Error('there is no chain');
    return chain;
  };
  const anchor = async (): Promise<AuditAnchor> => {
    const { tenant, sequence, hash } = await head();
    return { tenant, sequence, hash };
  };
  /** Puts a head in place that was genuine at some time, and removes the rows from there on. */
  const setBack = async (earlier: AuditChain, rowsToo = true): Promise<void> => {
    if (rowsToo) await trail.sql(`DELETE FROM nauth_audit_events WHERE sequence > ${earlier.sequence}`);
    await trail.sql('DELETE FROM nauth_audit_chains');
    await trail.chains.insertChain(earlier);
  };
  const waiting = async (): Promise<number> => (await trail.chains.findUnsealed(100, [])).length;
  const firstBreak = async (...given: Parameters<Trail['verify']>) =>
    (await trail.verify(...given)).firstBreak;

  describe('is found broken', () => {
    it('where only the time of its head was changed, up to which rows need no MAC', async () => {
      await trail.insertSealed(3);
      await trail.sql("UPDATE nauth_audit_chains SET unprotected_until = '2030-01-01 00:00:00.000'");
      const bare = '(id, tenant, type, status, at, sequence)';
      await trail.sql(
        `INSERT INTO nauth_audit_events ${bare} SELECT '${randomId()}', tenant, type, status, at, 0 ` +
          `FROM nauth_audit_events ${at(2)}`,
      );
      expect(await firstBreak()).toEqual({ kind: 'head', tenant: 'default', id: null, sequence: null });
    });

    it('where its head names a key that is not there', async () => {
      await trail.insertSealed(3);
      await trail.sql("UPDATE nauth_audit_chains SET mac = 'k9.x'");
      expect(await firstBreak()).toMatchObject({ kind: 'unknown_key', id: null });
    });

    it('where all of it is gone, with an anchor from before', async () => {
      await trail.insertSealed(3);
      const anchors = [await anchor()];
      await trail.empty();
      expect(await firstBreak()).toBeNull();
      expect(await firstBreak({ anchors })).toMatchObject({ kind: 'head', tenant: 'default' });
    });

    it('where it was set back and has grown again, with an anchor from before', async () => {
      await trail.insertSealed(3);
      const earlier = await head();
      await trail.insert(2);
      await trail.seal();
      const anchors = [await anchor()];
      await setBack(earlier);
      await trail.insert(4);
      await trail.seal();
      expect(await firstBreak()).toBeNull();
      expect(await firstBreak({ anchors })).toMatchObject({ kind: 'head', sequence: 5 });
    });

    it('where its head alone was set back', async () => {
      await trail.insertSealed(3);
      const earlier = await head();
      await trail.insert(2);
      await trail.seal();
      await setBack(earlier, false);
      expect(await firstBreak()).toMatchObject({ kind: 'head', sequence: 4 });
    });

    it('where its head is that of another course of events', async () => {
      await trail.insertSealed(3);
      const earlier = await head();
      await trail.insert(1);
      await trail.seal();
      const other = await head();
      await setBack(earlier);
      await trail.insert(1);
      await trail.seal();
      await trail.sql('DELETE FROM nauth_audit_chains');
      await trail.chains.insertChain(other);
      expect(await firstBreak()).toEqual({ kind: 'head', tenant: 'default', id: null, sequence: null });
    });

    it('where its head is set back, and said to have grown with a MAC that nobody made', async () => {
      await trail.insertSealed(3);
      const earlier = await head();
      await trail.insert(2);
      await trail.seal();
      const chains = new ChangingHead(trail.database);
      chains.heads.push(earlier, { ...earlier, sequence: 9 });
      expect(await firstBreak({}, chains)).toMatchObject({ kind: 'head', sequence: 4 });
    });

    it('where its head was changed, and the genuine one put back while it was looked at', async () => {
      await trail.insertSealed(3);
      const earlier = await head();
      trail.now = NOW + 31 * DAY;
      await trail.prune();
      const chains = new ChangingHead(trail.database);
      chains.heads.push({ ...earlier, sequence: 2 });
      expect(await firstBreak({}, chains)).toMatchObject({ kind: 'head' });
    });

    it('where the event before the place is gone from which on it is looked at', async () => {
      await trail.insertSealed(6);
      await trail.sql(`DELETE FROM nauth_audit_events ${at(4)}`);
      expect(await firstBreak({ tenant: 'default', from: 6 })).toBeNull();
      expect(await firstBreak({ tenant: 'default', from: 5 })).toMatchObject({
        kind: 'missing',
        sequence: 4,
      });
    });

    it('where an event that waits for its place was made one without protection', async () => {
      await trail.insertSealed(3);
      const [event] = await trail.insert(1);
      await trail.sql(`UPDATE nauth_audit_events SET sequence = 0 WHERE id = '${event?.id}'`);
      expect(await firstBreak()).toMatchObject({ kind: 'foreign', id: event?.id });
    });

    it('where an event that waits for its place names a key that is not there', async () => {
      await trail.insertSealed(3);
      const [event] = await trail.insert(1);
      await trail.sql(`UPDATE nauth_audit_events SET mac = 'k9.x' WHERE id = '${event?.id}'`);
      expect(await firstBreak()).toMatchObject({ kind: 'unknown_key', id: event?.id });
    });
  });

  it('is not found broken where retention removes what is being read', async () => {
    await trail.insertSealed(3);
    const earlier = await head();
    trail.now = NOW + 31 * DAY;
    await trail.prune();
    const chains = new ChangingHead(trail.database);
    chains.heads.push(earlier);
    expect(await trail.verify({}, chains)).toMatchObject({ intact: true, checked: 0 });
  });

  it('is not found broken where it grows while it is looked at', async () => {
    await trail.insertSealed(3);
    const earlier = await head();
    await trail.insert(2);
    await trail.seal();
    const chains = new ChangingHead(trail.database);
    chains.heads.push(earlier);
    expect(await trail.verify({}, chains)).toMatchObject({ intact: true, checked: 3 });
  });

  describe('does not grow', () => {
    const broken: [how: string, tamper: () => Promise<unknown>, says: string][] = [
      ['was changed', () => trail.sql('UPDATE nauth_audit_chains SET sequence = 2'), 'was changed'],
      ['is missing', () => trail.sql('DELETE FROM nauth_audit_chains'), 'is missing'],
      [
        'names a key that is not there',
        () => trail.sql("UPDATE nauth_audit_chains SET mac = 'k9.x'"),
        'was signed with a key that is not configured',
      ],
    ];

    it.each(broken)('while its head %s', async (_, tamper, says) => {
      await trail.insertSealed(3);
      await tamper();
      const before = await trail.chains.findChain('default');
      await trail.insert(2);
      await trail.seal();
      expect(await waiting()).toBe(2);
      expect(await trail.chains.findChain('default')).toEqual(before);
      expect((await trail.verify()).intact).toBe(false);
      expect(logged.join('\n')).toContain(says);
    });

    it('where its head was set back to what this process has seen further on', async () => {
      const sealer = trail.sealer();
      await trail.insert(3);
      await trail.seal(sealer);
      const earlier = await head();
      await trail.insert(2);
      await trail.seal(sealer);
      await setBack(earlier);
      await trail.insert(1);
      await trail.seal(sealer);
      expect(await waiting()).toBe(1);
      expect(logged.join('\n')).toContain('was set back');
    });
  });

  it('of one tenant does not hold up those of others', async () => {
    await trail.insertSealed(3);
    await trail.sql('UPDATE nauth_audit_chains SET sequence = 2');
    await trail.insert(20);
    await trail.insert(3, { tenant: 'acme', at: new Date(NOW + DAY) });
    const sealer = trail.sealer();
    for (let batch = 0; batch < 3; batch += 1) await sealer.sealNext(7);
    expect(await trail.chains.findChain('acme')).toMatchObject({ sequence: 3 });
    expect(await waiting()).toBe(20);
  });

  it.each([
    ['another instance has moved its head', HeadTaken],
    ['a row has got its place from another instance', RowTaken],
  ])('stays as it was when %s, and grows the next time', async (_, Repository) => {
    await trail.insertSealed(3);
    const before = await head();
    await trail.insert(2);
    const sealer = trail.sealer(trail.database, new Repository(trail.database));
    expect(await sealer.sealNext(7)).toBe(0);
    expect([await head(), await waiting()]).toEqual([before, 2]);
    expect(await sealer.sealNext(7)).toBe(2);
    expect(await trail.verify()).toMatchObject({ intact: true, checked: 5, unsealed: 0 });
  });

  it('grows after a unit that was not kept, which is not taken for a place that it had', async () => {
    await trail.insertSealed(3);
    await trail.insert(2);
    const sealer = trail.sealer();
    const undone = trail.database.run(async () => {
      await sealer.sealNext(7);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await waiting()).toBe(2);
    expect(await sealer.sealNext(7)).toBe(2);
    expect(await trail.verify()).toMatchObject({ intact: true, checked: 5, unsealed: 0 });
  });

  describe('with retention, keeps', () => {
    /** Events of a month ago, and of today. */
    async function oldAndNew(): Promise<void> {
      await trail.insert(4);
      await trail.insert(4, { at: new Date(NOW + 31 * DAY) });
      await trail.seal();
      trail.now = NOW + 31 * DAY;
    }
    const rows = async (): Promise<number> =>
      (await trail.chains.readChain('default', 0, undefined, 100)).length;

    const tamperings: [what: string, tamper: () => Promise<unknown>, left: number, kind: string][] = [
      [
        'events that were given an older date',
        () => trail.sql("UPDATE nauth_audit_events SET at = '2026-01-01 00:00:00.000' WHERE sequence > 4"),
        4,
        'altered',
      ],
      [
        'the place of those in whose stead an old one was put',
        async () => {
          await trail.sql('DELETE FROM nauth_audit_events WHERE sequence BETWEEN 5 AND 7');
          await trail.sql(`UPDATE nauth_audit_events SET sequence = 7 ${at(4)}`);
        },
        2,
        'missing',
      ],
      [
        'the place of one that was lost, and all behind it',
        () => trail.sql(`DELETE FROM nauth_audit_events ${at(2)}`),
        6,
        'missing',
      ],
      [
        'one that was changed, and all behind it',
        () => trail.sql(`UPDATE nauth_audit_events SET reason = 'x' ${at(2)}`),
        7,
        'altered',
      ],
      [
        'one of which nothing can be said, and all behind it',
        () => trail.sql(`UPDATE nauth_audit_events SET mac = 'k9.x', chain_hash = 'k9.x' ${at(1)}`),
        8,
        'unknown_key',
      ],
      [
        'everything, while its head is not genuine',
        () => trail.sql('UPDATE nauth_audit_chains SET sequence = 7'),
        8,
        'head',
      ],
    ];

    it.each(tamperings)('%s', async (_, tamper, left, kind) => {
      await oldAndNew();
      await tamper();
      await trail.prune();
      expect(await rows()).toBe(left);
      expect(await firstBreak()).toMatchObject({ kind });
      expect(logged.join('\n')).toMatch(/is not as it was written, or not at its place|was changed/);
    });

    it('what lies behind a head that was set back', async () => {
      await trail.insertSealed(2);
      const earlier = await head();
      await trail.insert(2);
      await trail.seal();
      await setBack(earlier, false);
      trail.now = NOW + 31 * DAY;
      await trail.prune();
      expect(await rows()).toBe(2);
      expect(await firstBreak()).toMatchObject({ kind: 'head', sequence: 3 });
    });
  });
});
