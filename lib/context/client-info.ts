import type { DeviceType } from '../contracts';
import type { GeoLocation } from './geo-location';

/**
 * What a user agent says of itself; null for what it does not say. Anybody may say anything, so this is for people to
 * read and never lowers a risk (R031).
 */
export interface ClientDevice {
  type: DeviceType;
  /** For example 'Firefox'. */
  browser: string | null;
  browserVersion: string | null;
  /** For example 'Windows'. */
  os: string | null;
  osVersion: string | null;
}

/**
 * What is known of the client. Addresses come from the socket or from trusted proxies only (R142). What a request
 * seldom needs is worked out when it is asked for; it is not among the fields that a copy or JSON of this object has.
 */
export interface ClientInfo {
  readonly ipAddress: string | null;
  readonly userAgent: string | null;
  readonly requestId: string;
  /** What limits count by: the IPv4 address, the /64 of an IPv6 address, or 'unknown' (R024). */
  readonly network: string;
  readonly device: ClientDevice;
  /** The device token that the client brought, if it has the form of one. A secret: never to be stored or logged. */
  readonly deviceToken: string | null;
  /**
   * Where the address is, as far as the configured locator can say. Asked for once a request; null when there is no
   * locator, no answer or no answer in time.
   */
  geo(): Promise<GeoLocation | null>;
}
