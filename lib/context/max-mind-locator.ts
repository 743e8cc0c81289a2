import { stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import type { GeoLocation, GeoLocator } from './geo-location';

export interface MaxMindOptions {
  /** The folder with the files, or the path of one file that ends in `.mmdb`. Default 'geoip'. */
  dbPath?: string;
  /** The files, in the order in which they are asked, without `.mmdb`. Default: `['GeoLite2-City']`. */
  editions?: string[];
}

export type ResolvedMaxMindOptions = Readonly<Required<MaxMindOptions>>;

/** The part of maxmind 5 that is used, written out so that no declaration file needs the package. */
export interface MaxMindLibrary {
  open(path: string): Promise<{ get(ipAddress: string): unknown }>;
}

interface OpenFile {
  path: string;
  /** Time of the last change of the file that is open; undefined for none. */
  changedAt?: number;
  reader?: { get(ipAddress: string): unknown };
  lookedAt: number;
}

/** How long a file is used before it is asked whether there is a newer one. */
const LOOK_AGAIN_MS = 60_000;

/**
 * Asks GeoLite2 or GeoIP2 files of the host, through the optional peer maxmind. A file that is not there leaves
 * locations unknown, which is said once; one that is put in its place, or replaced by a newer one, is taken within a minute.
 */
export class MaxMindLocator implements GeoLocator {
  private readonly logger = new Logger(MaxMindLocator.name);
  private readonly files: OpenFile[];

  private constructor(
    options: ResolvedMaxMindOptions,
    private readonly library: MaxMindLibrary,
    private readonly now: () => number,
  ) {
    this.files = pathsOf(options).map((path) => ({ path, lookedAt: -Infinity }));
  }

  /** @throws {Error} when the package maxmind is not installed */
  static async open(
    options: ResolvedMaxMindOptions,
    load: () => MaxMindLibrary = loadMaxMind,
    now: () => number = () => performance.now(),
  ): Promise<MaxMindLocator> {
    const locator = new MaxMindLocator(options, load(), now);
    for (const file of locator.files) {
      await locator.refresh(file);
      // The path is of the host's own making and tells nothing of a person.
      if (!file.reader)
        locator.logger.warn(`There is no geo database at ${file.path}: locations are unknown.`);
    }
    return locator;
  }

  async locate(ipAddress: string): Promise<GeoLocation | null> {
    for (const file of this.files) {
      if (this.now() - file.lookedAt >= LOOK_AGAIN_MS) await this.refresh(file);
      const found: unknown = file.reader?.get(ipAddress);
      if (typeof found === 'object' && found !== null) return toLocation(found);
    }
    return null;
  }

  /** Opens the file, or the one that has taken its place. One that cannot be read leaves the one before it open. */
  private async refresh(file: OpenFile): Promise<void> {
    file.lookedAt = this.now();
    try {
      const { mtimeMs } = await stat(file.path);
      if (file.changedAt === mtimeMs) return;
      file.reader = await this.library.open(file.path);
      file.changedAt = mtimeMs;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
      this.logger.warn(`The geo database at ${file.path} cannot be read.`);
    }
  }
}

function pathsOf({ dbPath, editions }: ResolvedMaxMindOptions): string[] {
  return dbPath.endsWith('.mmdb') ? [dbPath] : editions.map((edition) => join(dbPath, `${edition}.mmdb`));
}

/** A record of a City or Country file. `ClientLocator` looks at each value before it is used. */
function toLocation(record: object): GeoLocation {
  const location: Record<keyof GeoLocation, unknown> = {
    country: at(record, 'country', 'iso_code'),
    region: at(record, 'subdivisions', 0, 'names', 'en'),
    city: at(record, 'city', 'names', 'en'),
    latitude: at(record, 'location', 'latitude'),
    longitude: at(record, 'location', 'longitude'),
    timezone: at(record, 'location', 'time_zone'),
  };
  return location as GeoLocation;
}

function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined),
    value,
  );
}

function loadMaxMind(): MaxMindLibrary {
  try {
    return createRequire(__filename)('maxmind');
  } catch (cause) {
    throw new Error('geoLocation.maxMind needs the package maxmind: npm install maxmind@5', { cause });
  }
}
