import { Inject, Injectable } from '@nestjs/common';
import { isRandomToken } from '../common';
import {
  DeliveryPolicy,
  TOKEN_DELIVERY_OPTIONS,
  type RequestState,
  type ResolvedTokenDeliveryOptions,
} from '../context';

const HEADER = 'x-device-token';

/** Finds the device token of a request, where the delivery of tokens puts it: in its cookie or in a header. */
@Injectable()
export class DeviceTokenReader {
  constructor(
    @Inject(DeliveryPolicy) private readonly policy: DeliveryPolicy,
    @Inject(TOKEN_DELIVERY_OPTIONS) private readonly options: ResolvedTokenDeliveryOptions,
  ) {}

  /** The token, or null for none, for one without the form of a token and for more than one (R058). */
  read(state: RequestState): string | null {
    const [token, ...others] = this.presented(state);
    return token !== undefined && others.length === 0 && isRandomToken(token) ? token : null;
  }

  private presented(state: RequestState): string[] {
    const { request } = state;
    if (this.policy.methodFor(state) === 'cookies') return request.cookies(this.options.cookieNames.device);
    const header = request.header(HEADER);
    return header === undefined ? [] : [header];
  }
}
