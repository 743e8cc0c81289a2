import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, UNIT_OF_WORK, type Clock, type UnitOfWork } from '../common';
import { LiveSessions } from './live-sessions.service';
import { hasSecondFactor } from './second-factor';
import { SESSION_FEED, type SessionFeed } from './session-feed';
import { SESSION_REPOSITORY, type SessionRepository } from './session.repository';

/** What a session stands for from now on. */
export interface Elevation {
  sessionId: string;
  userId: string;
  /** All that has been proved, as authentication methods references (RFC 8176). */
  amr: readonly string[];
  /** When it was proved. Left out: as before. */
  authTime?: Date;
}

/** Notes that more has been proved in a session, and tells every instance of it. */
@Injectable()
export class SessionElevator {
  constructor(
    @Inject(UNIT_OF_WORK) private readonly unitOfWork: UnitOfWork,
    @Inject(SESSION_REPOSITORY) private readonly sessions: SessionRepository,
    @Inject(SESSION_FEED) private readonly feed: SessionFeed,
    @Inject(LiveSessions) private readonly live: LiveSessions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** True when the session still lived. */
  elevate({ sessionId, userId, amr, authTime }: Elevation): Promise<boolean> {
    return this.unitOfWork.run(async () => {
      const at = new Date(this.clock.now());
      const proof = { amr: [...amr], authTime, ...(hasSecondFactor(amr) && { mfaSparedBy: null }) };
      if (!(await this.sessions.setProof(sessionId, userId, proof, at))) return false;
      const change = { sessionId, userId: null };
      await this.feed.append(change, at);
      this.unitOfWork.afterCommit(() => this.live.forget(change));
      return true;
    });
  }
}
