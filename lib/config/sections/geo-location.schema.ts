import type { GeoLocationOptions, GeoLocator, ResolvedGeoLocationOptions } from '../../context';
import { field, hasMethods, section } from '../fields';

export const geoLocationSchema = section<GeoLocationOptions>({
  locator: field<GeoLocator>('an object with the method locate', (value) => hasMethods(value, ['locate'])),
});

export function resolveGeoLocation(options: GeoLocationOptions): ResolvedGeoLocationOptions {
  return { locator: options.locator };
}
