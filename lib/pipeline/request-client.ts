import { networkBucket } from '../common';
import type { ClientDevice, ClientInfo, GeoLocation } from '../context';
import { describeDevice } from './client-device';

/** What a client's information is made of. */
export interface ClientFacts {
  ipAddress: string | null;
  userAgent: string | null;
  requestId: string;
  readDeviceToken(): string | null;
  locate(ipAddress: string | null): Promise<GeoLocation | null>;
}

/**
 * The client of one request. Only what every request needs is a field: the rest is worked out when it is asked for, and
 * no serialiser or log finds the device token.
 */
export class RequestClient implements ClientInfo {
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly requestId: string;
  readonly #facts: ClientFacts;
  #device: ClientDevice | undefined;
  #deviceToken: string | null | undefined;
  #location: Promise<GeoLocation | null> | undefined;

  constructor(facts: ClientFacts) {
    this.ipAddress = facts.ipAddress;
    this.userAgent = facts.userAgent;
    this.requestId = facts.requestId;
    this.#facts = facts;
  }

  get network(): string {
    return networkBucket(this.ipAddress);
  }

  get device(): ClientDevice {
    this.#device ??= describeDevice(this.userAgent);
    return this.#device;
  }

  get deviceToken(): string | null {
    if (this.#deviceToken === undefined) this.#deviceToken = this.#facts.readDeviceToken();
    return this.#deviceToken;
  }

  geo(): Promise<GeoLocation | null> {
    this.#location ??= this.#facts.locate(this.ipAddress);
    return this.#location;
  }
}
