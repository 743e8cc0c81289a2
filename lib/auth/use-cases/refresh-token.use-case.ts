import { Inject, Injectable } from '@nestjs/common';
import { AuthCookies, ContextStorage, DeliveryPolicy, TOKEN_DELIVERY_OPTIONS } from '../../context';
import type { RequestState, ResolvedTokenDeliveryOptions } from '../../context';
import type { TokenDeliveryMethod } from '../../contracts';
import { NAuthException } from '../../errors';
import { NetworkLimits } from '../../rate-limit';
import { DuplicateRefresh, SessionRefresher } from '../../sessions';
import { toTokenResponse } from '../auth-response.factory';
import { RefreshTokenDTO, type TokenResponseDTO } from '../dto';
import { validateDto } from '../../validation';

/** Exchanges a refresh token, out of the body or out of its cookie, for its successor. */
@Injectable()
export class RefreshTokenUseCase {
  constructor(
    @Inject(SessionRefresher) private readonly refresher: SessionRefresher,
    @Inject(NetworkLimits) private readonly limits: NetworkLimits,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(AuthCookies) private readonly cookies: AuthCookies,
    @Inject(DeliveryPolicy) private readonly delivery: DeliveryPolicy,
    @Inject(TOKEN_DELIVERY_OPTIONS) private readonly options: ResolvedTokenDeliveryOptions,
  ) {}

  /**
   * @throws {NAuthException} VALIDATION_FAILED, AUTH_TOKEN_MISSING, AUTH_TOKEN_INVALID, AUTH_TOKEN_EXPIRED,
   * AUTH_TOKEN_REUSE_DETECTED, AUTH_SESSION_NOT_FOUND, AUTH_SESSION_EXPIRED, RATE_LIMIT_LOGIN, SERVICE_UNAVAILABLE,
   * and what a `beforeRefresh` hook refuses with
   */
  async execute(body: unknown): Promise<TokenResponseDTO> {
    const dto = validateDto(RefreshTokenDTO, body ?? {});
    const { token, via } = this.presented(dto.refreshToken);
    try {
      return toTokenResponse(await this.limits.duringRefresh(() => this.refresher.refresh(token, via)));
    } catch (error) {
      if (via === 'cookies') this.forgetEndedSession(error);
      throw error;
    }
  }

  /**
   * A refusal that no later try can change takes the cookies with it (R059). An outage does not (R053), nor does a hook of
   * the application, unless it refuses with one of these codes itself. Nor does a duplicate: the cookies may be those that
   * the other request has just set.
   */
  private forgetEndedSession(error: unknown): void {
    const state = this.context.current();
    if (!state || !(error instanceof NAuthException) || error instanceof DuplicateRefresh) return;
    if (error.code.startsWith('AUTH_')) this.cookies.clear(state);
  }

  /** A token in the body counts as JSON delivery, one in the cookie as cookie delivery; both at once is neither. */
  private presented(inBody: string | undefined): { token: string; via: TokenDeliveryMethod } {
    const inCookies = this.refreshCookies(this.context.current());
    if (inBody !== undefined) return { token: inBody, via: 'json' };
    const [token, ...others] = inCookies;
    if (!token) throw new NAuthException('AUTH_TOKEN_MISSING');
    if (others.length > 0) throw new NAuthException('AUTH_TOKEN_INVALID');
    return { token, via: 'cookies' };
  }

  private refreshCookies(state: RequestState | undefined): string[] {
    // Beside a bearer token cookies are ignored everywhere: the CSRF check has not looked at them (R060).
    if (!state || !this.delivery.usesCookies || state.request.hasBearer) return [];
    return state.request.cookies(this.options.cookieNames.refresh);
  }
}
