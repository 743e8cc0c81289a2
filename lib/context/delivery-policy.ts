import { Inject, Injectable } from '@nestjs/common';
import type { TokenDeliveryMethod } from '../contracts';
import { TOKEN_DELIVERY_OPTIONS, type ResolvedTokenDeliveryOptions } from './delivery.options';
import type { RequestState } from './request-state';

/** Decides how tokens travel. The same rule on every host, so that one request gets one answer. */
@Injectable()
export class DeliveryPolicy {
  constructor(@Inject(TOKEN_DELIVERY_OPTIONS) private readonly options: ResolvedTokenDeliveryOptions) {}

  /** Tokens in cookies are possible at all. */
  get usesCookies(): boolean {
    return this.options.method !== 'json';
  }

  /**
   * How tokens issued by this request reach the client. With `hybrid`: the route's own wish, then the origin, then
   * whether a browser sent it (only browsers send Sec-Fetch-Site). Outside of any request: JSON, as there is no
   * answer that could carry a cookie.
   */
  methodFor(state: RequestState | undefined): TokenDeliveryMethod {
    if (!state) return 'json';
    if (this.options.method !== 'hybrid') return this.options.method;
    if (state.deliveryOverride) return state.deliveryOverride;
    const origin = state.request.header('origin');
    if (origin !== undefined && this.options.nativeOrigins.has(origin)) return 'json';
    if (origin !== undefined && this.options.webOrigins.has(origin)) return 'cookies';
    return origin !== undefined || state.request.header('sec-fetch-site') !== undefined ? 'cookies' : 'json';
  }

  /** Checks a route's wish at wiring time, so that a wrong one does not wait for a user. */
  assertOverride(method: TokenDeliveryMethod): void {
    if (this.options.method !== 'hybrid' && this.options.method !== method) {
      throw new Error(
        `tokenDelivery('${method}') on a route needs tokenDelivery.method 'hybrid', it is '${this.options.method}'`,
      );
    }
  }
}
