import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, toUnixSeconds, type Clock } from '../common';
import { AuthCookies, TOKEN_DELIVERY_OPTIONS } from '../context';
import type { CurrentSession, Identity, RequestState, ResolvedTokenDeliveryOptions } from '../context';
import type { TokenDeliveryMethod } from '../contracts';
import { NAuthException } from '../errors';
import { SessionAuthenticator, type Session } from '../sessions';
import { toUserProfile } from '../users';
import { presentedToken } from './credentials';
import { CsrfHandler } from './csrf.handler';
import { RequestRefusals } from './request-refusals';

/** Stage 3 of the pipeline: who is signed in. */
@Injectable()
export class AuthHandler {
  private readonly logger = new Logger(AuthHandler.name);

  constructor(
    @Inject(SessionAuthenticator) private readonly authenticator: SessionAuthenticator,
    @Inject(CsrfHandler) private readonly csrf: CsrfHandler,
    @Inject(AuthCookies) private readonly cookies: AuthCookies,
    @Inject(RequestRefusals) private readonly refusals: RequestRefusals,
    @Inject(TOKEN_DELIVERY_OPTIONS) private readonly options: ResolvedTokenDeliveryOptions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Looks at the credentials, once a request. Credentials that are refused, or that cannot be checked, are remembered
   * and not thrown: a public route goes on without a user, and a guarded one refuses with the precise code (R044).
   */
  async identify(state: RequestState): Promise<void> {
    if (state.identity.status !== 'unknown') return;
    try {
      const presented = presentedToken(state.request, this.options);
      state.identity = presented
        ? await this.authenticate(state, presented.token, presented.via)
        : { status: 'anonymous' };
    } catch (error) {
      const refusal = this.toRefusal(error);
      state.identity = { status: 'rejected', error: refusal };
      this.forgetEndedSession(state, refusal);
      this.refusals.record(state, refusal);
    }
  }

  /**
   * Demands a signed-in user and marks the answer as private.
   *
   * @throws {NAuthException} AUTH_TOKEN_MISSING, AUTH_TOKEN_INVALID, AUTH_TOKEN_EXPIRED, AUTH_SESSION_NOT_FOUND,
   * AUTH_SESSION_EXPIRED, AUTH_BEARER_NOT_ALLOWED, AUTH_COOKIES_NOT_ALLOWED, SERVICE_UNAVAILABLE
   */
  async require(state: RequestState): Promise<void> {
    await this.identify(state);
    if (state.identity.status === 'rejected') throw state.identity.error;
    if (state.identity.status !== 'authenticated') throw new NAuthException('AUTH_TOKEN_MISSING');
    state.response?.setHeader('cache-control', 'no-store');
  }

  private async authenticate(
    state: RequestState,
    token: string,
    via: TokenDeliveryMethod,
  ): Promise<Identity> {
    const { session, user } = await this.authenticator.authenticate(token);
    if (via === 'cookies') {
      const end = toUnixSeconds(session.refreshExpiresAt.getTime());
      this.csrf.renew(state, session.id, end - toUnixSeconds(this.clock.now()));
    }
    return {
      status: 'authenticated',
      user: toUserProfile(user, session.authMethod),
      session: toCurrentSession(session),
    };
  }

  private toRefusal(error: unknown): NAuthException {
    if (error instanceof NAuthException) return error;
    this.logger.error('Credentials could not be checked.', error instanceof Error ? error.stack : undefined);
    return new NAuthException('SERVICE_UNAVAILABLE', { retryAfter: 1, cause: error });
  }

  /** Cookies of a session that is over are of no use to anybody (R059). */
  private forgetEndedSession(state: RequestState, error: NAuthException): void {
    const ended = error.code === 'AUTH_SESSION_NOT_FOUND' || error.code === 'AUTH_SESSION_EXPIRED';
    if (ended && !state.request.hasBearer) this.cookies.clear(state);
  }
}

function toCurrentSession(session: Session): CurrentSession {
  return {
    sessionId: session.id,
    userId: session.userId,
    delivery: session.delivery,
    deviceId: session.deviceId,
    amr: session.amr,
    authTime: session.authTime,
    createdAt: session.createdAt,
    expiresAt: session.expiresAt,
  };
}
