/** Where an address is, as databases like GeoLite2 City tell it. Left out: not known. */
export interface GeoLocation {
  /** ISO 3166-1 alpha-2, for example 'CH'. */
  country?: string;
  /** First subdivision: a state, canton or province. */
  region?: string;
  city?: string;
  /** Degrees, WGS 84. */
  latitude?: number;
  longitude?: number;
  /** IANA name, for example 'Europe/Zurich'. */
  timezone?: string;
}

/** Knows where addresses are. */
export interface GeoLocator {
  /**
   * The location of an IPv4 or IPv6 address, null when it is not known. After 500 ms the answer is not waited for any
   * more, and a failure counts as not known (R031).
   */
  locate(ipAddress: string): Promise<GeoLocation | null>;
}

export interface GeoLocationOptions {
  /** Default: none, and every location is unknown. */
  locator?: GeoLocator;
}

export interface ResolvedGeoLocationOptions {
  locator: GeoLocator | undefined;
}

export const GEO_LOCATION_OPTIONS = Symbol('nauth.geoLocationOptions');
