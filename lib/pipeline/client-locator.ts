import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { isCleanText } from '../common';
import { GEO_LOCATION_OPTIONS, type GeoLocation, type ResolvedGeoLocationOptions } from '../context';

const TIME_LIMIT_MS = 500;
const MAX_TEXT = 128;

/** Asks the configured locator where an address is. Whatever the locator does, the answer is a location or null (R031). */
@Injectable()
export class ClientLocator {
  private readonly logger = new Logger(ClientLocator.name);
  private failing = false;

  constructor(
    @Inject(GEO_LOCATION_OPTIONS) private readonly options: Pick<ResolvedGeoLocationOptions, 'locator'>,
  ) {}

  async locate(ipAddress: string | null): Promise<GeoLocation | null> {
    const { locator } = this.options;
    if (!locator || ipAddress === null) return null;
    const patience = new AbortController();
    try {
      const answer: unknown = await Promise.race([
        locator.locate(ipAddress),
        sleep(TIME_LIMIT_MS, undefined, { signal: patience.signal, ref: false }).then(() => {
          throw new Error(`no answer within ${TIME_LIMIT_MS} ms`);
        }),
      ]);
      this.failing = false;
      return toGeoLocation(answer);
    } catch {
      this.warnOnce();
      return null;
    } finally {
      patience.abort();
    }
  }

  /** Once for each run of failures, without the error: its text may hold the address of a person. */
  private warnOnce(): void {
    if (this.failing) return;
    this.failing = true;
    this.logger.warn('geoLocation.locator fails or is slow: locations are unknown until it answers again.');
  }
}

/** What of the locator's answer can be kept; null for nothing. It is the host's code, and may hold anything. */
function toGeoLocation(answer: unknown): GeoLocation | null {
  if (typeof answer !== 'object' || answer === null) return null;
  const location: GeoLocation = {
    country: text(answer, 'country', /^[A-Z]{2}$/),
    region: text(answer, 'region'),
    city: text(answer, 'city'),
    latitude: degrees(answer, 'latitude', 90),
    longitude: degrees(answer, 'longitude', 180),
    timezone: text(answer, 'timezone'),
  };
  return Object.values(location).some((value) => value !== undefined) ? location : null;
}

function text(answer: object, field: keyof GeoLocation, pattern = /\S/): string | undefined {
  const value: unknown = Reflect.get(answer, field);
  if (typeof value !== 'string' || value.length > MAX_TEXT) return undefined;
  return isCleanText(value) && pattern.test(value) ? value : undefined;
}

function degrees(answer: object, field: keyof GeoLocation, max: number): number | undefined {
  const value: unknown = Reflect.get(answer, field);
  return typeof value === 'number' && Math.abs(value) <= max ? value : undefined;
}
