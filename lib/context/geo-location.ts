import type { MaxMindOptions, ResolvedMaxMindOptions } from './max-mind-locator';

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

/** The coordinates of a location in hundredths of a degree, about a kilometre; null where one is missing. */
export function coordinates(location: GeoLocation | null): {
  latitudeE2: number | null;
  longitudeE2: number | null;
} {
  const { latitude, longitude } = location ?? {};
  if (latitude === undefined || longitude === undefined) return { latitudeE2: null, longitudeE2: null };
  return { latitudeE2: Math.round(latitude * 100), longitudeE2: Math.round(longitude * 100) };
}

export interface GeoLocationOptions {
  /** Default: none, and every location is unknown. */
  locator?: GeoLocator;
  /** GeoLite2 or GeoIP2 files of MaxMind, in place of a locator. Needs the package maxmind. */
  maxMind?: MaxMindOptions;
}

export interface ResolvedGeoLocationOptions {
  locator: GeoLocator | undefined;
  maxMind: ResolvedMaxMindOptions | undefined;
}

export const GEO_LOCATION_OPTIONS = Symbol('nauth.geoLocationOptions');
