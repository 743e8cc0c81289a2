import { describe, expect, it } from 'vitest';
import { LiveSessions } from './live-sessions.service';
import type { SessionWithUser } from './session';
import { AT, row } from './session.fixture';
import type { SessionFeed } from './session-feed';
import type { SessionRepository } from './session.repository';

/** A database in memory whose reads can be held up. */
class Rows {
  readonly stored = new Map<string, SessionWithUser>();
  reads = 0;
  gate: Promise<void> = Promise.resolve();
  feedFails = false;
  feedGate: Promise<void> = Promise.resolve();
  looks = 0;

  get sessions(): SessionRepository {
    const refuse = (): Promise<never> => Promise.reject(new Error('not part of this spec'));
    return {
      insert: refuse,
      findForRefresh: refuse,
      rotate: refuse,
      revoke: refuse,
      revokeAll: refuse,
      findEnded: refuse,
      revokeOldest: refuse,
      findLive: refuse,
      setProof: refuse,
      hold: refuse,
      touch: refuse,
      deleteExpired: refuse,
      findWithUser: async (id) => {
        this.reads += 1;
        const found = this.stored.get(id) ?? null;
        await this.gate;
        return found;
      },
    };
  }

  get feed(): SessionFeed {
    return {
      append: async () => undefined,
      prune: async () => 0,
      latest: () => this.look(0),
      read: () => this.look({ notes: [], complete: true }),
    };
  }

  private async look<T>(answer: T): Promise<T> {
    this.looks += 1;
    if (this.feedFails) throw new Error('the feed cannot be read');
    await this.feedGate;
    return answer;
  }
}

function setup() {
  const rows = new Rows();
  const clock = { time: Date.UTC(2026, 2, 1), now: () => clock.time };
  rows.stored.set('s1', row('s1', 'u1'));
  rows.stored.set('s2', row('s2', 'u1'));
  rows.stored.set('s3', row('s3', 'u2'));
  return { rows, live: new LiveSessions(rows.sessions, rows.feed, clock), clock };
}

describe('LiveSessions', () => {
  it('asks the database once for what does not change, and the feed once for many requests', async () => {
    const { rows, live } = setup();
    const start = performance.now();
    await Promise.all(Array.from({ length: 50 }, () => live.find('s3')));
    const { reads } = rows;
    for (let request = 0; request < 100; request += 1) expect((await live.find('s3'))?.user.id).toBe('u2');
    expect(rows.reads).toBe(reads);
    expect(rows.looks).toBeLessThanOrEqual(1 + (performance.now() - start) / 500);
  });

  it('forgets a session, or all of a user, and nothing else', async () => {
    const { rows, live } = setup();
    for (const id of ['s1', 's2', 's3']) await live.find(id);
    live.forget({ sessionId: null, userId: 'u1' });
    rows.reads = 0;
    for (const id of ['s1', 's2', 's3']) await live.find(id);
    expect(rows.reads).toBe(2);
    live.forget({ sessionId: 's3', userId: null });
    await live.find('s3');
    expect(rows.reads).toBe(3);
  });

  it.each([
    ['the session', { sessionId: 's1', userId: null }],
    ['the user', { sessionId: null, userId: 'u1' }],
  ])('does not keep what was read before a change of %s and arrived after it', async (_, change) => {
    const { rows, live } = setup();
    let open = (): void => undefined;
    rows.gate = new Promise((resolve) => (open = resolve));
    const early = live.find('s1');
    await new Promise(setImmediate);
    rows.stored.set('s1', row('s1', 'u1', AT));
    live.forget(change);
    open();
    expect((await early)?.session.revokedAt).toBeNull();
    expect((await live.find('s1'))?.session.revokedAt).toEqual(AT);
  });

  it('believes nothing while the feed cannot be read, and recovers by itself', async () => {
    const { rows, live } = setup();
    await live.find('s1');
    rows.feedFails = true;
    await new Promise((resolve) => setTimeout(resolve, 600));
    rows.stored.set('s1', row('s1', 'u1', AT));
    expect((await live.find('s1'))?.session.revokedAt).toEqual(AT);
    rows.stored.set('s1', row('s1', 'u1'));
    expect((await live.find('s1'))?.session.revokedAt).toBeNull();
    rows.feedFails = false;
    await new Promise((resolve) => setTimeout(resolve, 600));
    await live.find('s1');
    rows.reads = 0;
    await live.find('s1');
    expect(rows.reads).toBe(0);
  });

  it('asks the feed no more than every half second while it cannot be read', async () => {
    const { rows, live } = setup();
    rows.feedFails = true;
    const start = performance.now();
    for (let request = 0; request < 100; request += 1) await live.find('s1');
    expect(rows.reads).toBe(100);
    expect(rows.looks).toBeLessThanOrEqual(1 + (performance.now() - start) / 500);
  });

  it('does not keep requests waiting for a feed that does not answer', async () => {
    const { rows, live } = setup();
    let open = (): void => undefined;
    rows.feedGate = new Promise((resolve) => (open = resolve));
    expect(await live.find('s1')).toEqual(row('s1', 'u1'));
    rows.stored.set('s1', row('s1', 'u1', AT));
    expect((await live.find('s1'))?.session.revokedAt).toEqual(AT);
    expect([rows.looks, rows.reads]).toEqual([1, 2]);
    open();
  });

  it.each([
    ['set', 11 * 60_000],
    ['set back', -11 * 60_000],
  ])('forgets everything when its time was %s: notes may have been pruned', async (_, milliseconds) => {
    const { rows, live, clock } = setup();
    await live.find('s1');
    rows.stored.set('s1', row('s1', 'u1', AT));
    clock.time += milliseconds;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect((await live.find('s1'))?.session.revokedAt).toEqual(AT);
  });

  it('does not believe later what it read while the feed could not be read', async () => {
    const { rows, live } = setup();
    rows.feedFails = true;
    await live.find('s1');
    await live.reload('s1');
    rows.stored.set('s1', row('s1', 'u1', AT));
    rows.feedFails = false;
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect((await live.find('s1'))?.session.revokedAt).toEqual(AT);
  });

  it('forgets all of a user after activity was noted, too', async () => {
    const { rows, live } = setup();
    await live.find('s1');
    live.noteActivity('s1', new Date('2026-03-01T10:10:00Z'));
    expect((await live.find('s1'))?.session.lastActivityAt).toEqual(new Date('2026-03-01T10:10:00Z'));
    rows.stored.set('s1', row('s1', 'u1', AT));
    live.forget({ sessionId: null, userId: 'u1' });
    expect((await live.find('s1'))?.session.revokedAt).toEqual(AT);
  });

  it('never remembers a session that is over', async () => {
    const { rows, live } = setup();
    rows.stored.set('s1', row('s1', 'u1', AT));
    await live.find('s1');
    await live.find('s1');
    expect(rows.reads).toBe(2);
    expect(await live.find('unknown')).toBeNull();
  });
});
