import { Inject, Injectable } from '@nestjs/common';
import { randomId, toCleanText } from '../common';
import { SECURITY_OPTIONS, type RequestState, type ResolvedSecurityOptions } from '../context';
import { clientAddressResolver, type ClientAddress } from './client-address';
import { ClientLocator } from './client-locator';
import { DeviceTokenReader } from './device-token.reader';
import { RequestClient } from './request-client';

const REQUEST_ID = /^[A-Za-z0-9._-]{1,128}$/;
const MAX_USER_AGENT = 512;

/** Stage 1 of the pipeline: who is at the other end. */
@Injectable()
export class ClientInfoHandler {
  private readonly address: ClientAddress;

  constructor(
    @Inject(SECURITY_OPTIONS) options: ResolvedSecurityOptions,
    @Inject(DeviceTokenReader) private readonly deviceTokens: DeviceTokenReader,
    @Inject(ClientLocator) private readonly locator: ClientLocator,
  ) {
    this.address = clientAddressResolver(options.trustedProxies);
  }

  /** Fills `state.client`, once. Never refuses: hostile headers are cut and cleaned (R129). */
  handle(state: RequestState): void {
    if (state.client) return;
    const { request } = state;
    const userAgent = request.header('user-agent');
    const requestId = request.header('x-request-id');
    state.client = new RequestClient({
      ipAddress: this.address(request.raw),
      userAgent: userAgent === undefined ? null : toCleanText(userAgent, MAX_USER_AGENT),
      requestId: requestId !== undefined && REQUEST_ID.test(requestId) ? requestId : randomId(),
      readDeviceToken: () => this.deviceTokens.read(state),
      locate: (ipAddress) => this.locator.locate(ipAddress),
    });
  }
}
