import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, UNIT_OF_WORK, type Clock, type UnitOfWork } from '../common';
import type { SessionEndReason } from '../contracts';
import { HookRunner } from '../hooks';
import { LiveSessions } from './live-sessions.service';
import { SESSION_FEED, type SessionChange, type SessionFeed } from './session-feed';
import { SESSION_REPOSITORY, type SessionRepository } from './session.repository';

/**
 * Ends sessions, and tells every instance of it: the change and its note in the feed are one unit. Nothing else may end
 * a session, or instances would go on believing in it.
 */
@Injectable()
export class SessionEnder {
  constructor(
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(SESSION_REPOSITORY) private readonly sessions: SessionRepository,
    @Inject(SESSION_FEED) private readonly feed: SessionFeed,
    @Inject(HookRunner) private readonly hooks: HookRunner,
    @Inject(LiveSessions) private readonly live: LiveSessions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** True when this call ended the session, which it does only if it is one of this user. */
  end(sessionId: string, reason: SessionEndReason, userId: string): Promise<boolean> {
    return this.unitOfWork.run(async () => {
      const at = this.now();
      const ended = await this.sessions.revoke(sessionId, reason, at, userId);
      if (!ended) return false;
      await this.announce({ sessionId, userId: null }, at);
      await this.hooks.after('afterSessionRevoke', () => ({ userId, sessionIds: [sessionId], reason }));
      return true;
    });
  }

  /** Ends all live sessions of the user, but for `exceptId`; the number ended. */
  endAll(userId: string, reason: SessionEndReason, exceptId?: string): Promise<number> {
    return this.unitOfWork.run(async () => {
      const at = this.now();
      const ended = await this.sessions.revokeAll(userId, reason, at, exceptId);
      await this.announce({ sessionId: null, userId }, at);
      await this.tell(userId, reason, at, ended);
      return ended;
    });
  }

  /** Keeps the newest live sessions of the user; the number ended. */
  endOldest(userId: string, keep: number): Promise<number> {
    return this.unitOfWork.run(async () => {
      const at = this.now();
      const ended = await this.sessions.revokeOldest(userId, keep, at);
      if (ended === 0) return 0;
      await this.announce({ sessionId: null, userId }, at);
      await this.tell(userId, 'session_limit', at, ended);
      return ended;
    });
  }

  /** Tells every instance that what it remembers of the user is out of date. */
  userChanged(userId: string): Promise<void> {
    return this.unitOfWork.run(() => this.announce({ sessionId: null, userId }, this.now()));
  }

  private async announce(change: SessionChange, at: Date): Promise<void> {
    await this.feed.append(change, at);
    this.unitOfWork.afterCommit(() => this.live.forget(change));
  }

  /** The statement says how many sessions it ended, and is asked which only where somebody wants to know. */
  private async tell(userId: string, reason: SessionEndReason, at: Date, ended: number): Promise<void> {
    if (ended === 0 || !this.hooks.has('afterSessionRevoke')) return;
    const sessionIds = await this.sessions.findEnded(userId, reason, at);
    await this.hooks.after('afterSessionRevoke', () => ({ userId, sessionIds, reason }));
  }

  private now(): Date {
    return new Date(this.clock.now());
  }
}
