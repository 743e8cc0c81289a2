import { Inject, Injectable, Logger } from '@nestjs/common';
import { CLOCK, toUnixSeconds, type Clock } from '../common';
import { AuthCookies, SECURITY_OPTIONS, type RequestState, type ResolvedSecurityOptions } from '../context';
import { CsrfTokens } from './csrf-tokens';

/**
 * Stage 4 of the pipeline: gives the answer what this request issued. An answer of a request that issued nothing is not
 * touched. Bodies are not touched at all: in cookie delivery the token fields are hidden from serialisers where they
 * are made.
 */
@Injectable()
export class TokenDeliveryHandler {
  private readonly logger = new Logger(TokenDeliveryHandler.name);

  constructor(
    @Inject(AuthCookies) private readonly cookies: AuthCookies,
    @Inject(CsrfTokens) private readonly csrfTokens: CsrfTokens,
    @Inject(SECURITY_OPTIONS) private readonly security: ResolvedSecurityOptions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /** Called by the host when the route has succeeded, before headers are sent. Acts once. */
  handle(state: RequestState): void {
    const { issued, response } = state;
    if (!issued || !response) return;
    state.issued = undefined;
    if (response.headersSent) {
      if (issued.delivery === 'cookies')
        this.logger.error('Cookies are lost: the route sent its answer by itself.');
      return;
    }
    response.setHeader('cache-control', 'no-store');
    if (issued.delivery !== 'cookies') return;
    const now = this.clock.now();
    this.cookies.setTokens(state, issued, now);
    const csrfToken = this.csrfTokens.issue(issued.sessionId);
    this.cookies.setCsrf(state, csrfToken, issued.refreshTokenExpiresAt - toUnixSeconds(now));
    if (issued.device) this.cookies.setDevice(state, issued.device, now);
    response.setHeader(this.security.csrf.headerName, csrfToken);
  }
}
