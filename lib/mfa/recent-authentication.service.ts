import { Inject, Injectable } from '@nestjs/common';
import { CLOCK, type Clock } from '../common';
import { CurrentIdentity, type AuthenticatedIdentity, type CurrentSession } from '../context';
import { NAuthException } from '../errors';
import { hasSecondFactor, LiveSessions, SessionHolder, type SessionWithUser } from '../sessions';
import type { User } from '../users';
import { MFA_REPOSITORY, type MfaRepository } from './mfa.repository';
import { SessionFactors } from './session-factors.service';

/** How long ago somebody may have proved who they are (R084). */
const MAX_AGE_MS = 15 * 60_000;

/** The session of the request and its user, as they are stored while they are held. */
export interface HeldSession {
  session: CurrentSession;
  user: User;
}

/**
 * Whether the user has proved just now who they are, and as well as the account can: for whatever changes how an account is
 * signed in to. It looks at the session, which says when the proof was given and of what it consisted.
 */
@Injectable()
export class RecentAuthentication {
  constructor(
    @Inject(CurrentIdentity) private readonly identity: CurrentIdentity,
    @Inject(MFA_REPOSITORY) private readonly mfa: MfaRepository,
    @Inject(SessionFactors) private readonly factors: SessionFactors,
    @Inject(LiveSessions) private readonly live: LiveSessions,
    @Inject(SessionHolder) private readonly holder: SessionHolder,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * The signed-in user, if the proof is not older than `maxAgeMs` and holds a second factor where the account has one. A
   * refusal is made on the session as it is stored: the proof may have been given to another instance a moment ago. Who
   * goes on to change something has it judged once more, by `hold`.
   *
   * @throws {NAuthException} AUTH_STEP_UP_REQUIRED with `details.reason` 'too_old' or 'second_factor' and `details.stepUp`; AUTH_TOKEN_*,
   * AUTH_SESSION_*, SERVICE_UNAVAILABLE
   * @throws {TypeError} for an age that is no finite number
   */
  async assert(maxAgeMs: number = MAX_AGE_MS): Promise<AuthenticatedIdentity> {
    if (!Number.isFinite(maxAgeMs)) throw new TypeError('the age of a recent proof must be a finite number');
    const identity = this.identity.require();
    if (await this.isProved(identity.session, maxAgeMs)) return identity;
    const found = await this.live.reload(identity.session.sessionId);
    if (found?.session.revokedAt !== null) throw new NAuthException('AUTH_SESSION_NOT_FOUND');
    const { session } = await this.judge(this.stored(identity.session, found), maxAgeMs);
    return { ...identity, session };
  }

  /**
   * As `assert` without an age, at the start of the running unit of work, which is to change how the account is signed in to. The account
   * and the session are held and judged as they are stored: nothing that ends the session or sets a factor up comes
   * between this and the change (R084, R086).
   *
   * @throws {NAuthException} as `assert`; AUTH_SESSION_NOT_FOUND when the session has ended meanwhile
   */
  async hold(): Promise<HeldSession> {
    const { session } = this.identity.require();
    const found = await this.holder.hold(session.sessionId, session.userId);
    return this.judge(this.stored(session, found), MAX_AGE_MS);
  }

  private async judge(held: HeldSession, maxAgeMs: number): Promise<HeldSession> {
    const { session, user } = held;
    if (await this.isProved(session, maxAgeMs)) return held;
    const isTooOld = this.isTooOld(session, maxAgeMs);
    const { isOwed, methods } = await this.factors.demandOn(this.factors.requestOf(user, session));
    if (!isTooOld && !isOwed) return held;
    // To the signed-in user, who may know what the account can show.
    const stepUp = { password: user.hasPassword, methods };
    const reason = isTooOld ? 'too_old' : 'second_factor';
    throw new NAuthException('AUTH_STEP_UP_REQUIRED', { details: { reason, stepUp } });
  }

  /** Whether that can be told without a look at each of the factors. */
  private async isProved(session: CurrentSession, maxAgeMs: number): Promise<boolean> {
    if (this.isTooOld(session, maxAgeMs)) return false;
    return hasSecondFactor(session.amr) || (await this.mfa.findAccount(session.userId)).factors === 0;
  }

  private isTooOld({ authTime }: CurrentSession, maxAgeMs: number): boolean {
    return this.clock.now() - authTime.getTime() > maxAgeMs;
  }

  private stored(known: CurrentSession, { session, user }: SessionWithUser): HeldSession {
    const { deviceId, amr, authTime } = session;
    return { user, session: { ...known, deviceId, amr, authTime } };
  }
}
