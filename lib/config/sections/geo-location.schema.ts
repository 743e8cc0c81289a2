import type {
  GeoLocationOptions,
  GeoLocator,
  MaxMindOptions,
  ResolvedGeoLocationOptions,
} from '../../context';
import { field, hasMethods, section, text } from '../fields';
import type { SectionContext } from '../section-context';

/** In the folder that the process runs in. */
const DEFAULT_FOLDER = 'geoip';
const DEFAULT_EDITIONS = ['GeoLite2-City'];
const EDITION = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;

export const geoLocationSchema = section<GeoLocationOptions>({
  locator: field<GeoLocator>('an object with the method locate', (value) => hasMethods(value, ['locate'])),
  maxMind: section<MaxMindOptions>({
    dbPath: text('the path of a folder or of a .mmdb file'),
    editions: field<string[]>(
      "a list of names of files without '.mmdb', such as ['GeoLite2-City']",
      (value) => Array.isArray(value) && value.length > 0 && value.every(isEdition),
    ),
  }),
});

export function resolveGeoLocation(
  { locator, maxMind }: GeoLocationOptions,
  { report }: SectionContext,
): ResolvedGeoLocationOptions {
  if (locator && maxMind) {
    report.addRule('geoLocation.maxMind', 'stands beside geoLocation.locator; leave one of them out');
  }
  return {
    locator,
    maxMind: maxMind && {
      dbPath: maxMind.dbPath ?? DEFAULT_FOLDER,
      editions: [...(maxMind.editions ?? DEFAULT_EDITIONS)],
    },
  };
}

function isEdition(value: unknown): boolean {
  return typeof value === 'string' && EDITION.test(value);
}
