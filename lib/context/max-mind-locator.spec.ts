import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cityRecord, mmdbFile } from '../../test/support/mmdb-file';
import { MaxMindLocator } from './max-mind-locator';

const zurich = cityRecord('CH', 'Zürich', 47.38, 8.54);
const lima = cityRecord('PE', 'Lima', -12.05, -77.04);

describe('MaxMindLocator', () => {
  let folder = '';
  let now = 0;
  const warnings: string[] = [];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'nauth-mmdb-'));
    now = 0;
    warnings.length = 0;
    vi.spyOn(Logger.prototype, 'warn').mockImplementation((text: string) => void warnings.push(text));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  const write = (edition: string, networks: Parameters<typeof mmdbFile>[0], changedAt: number): string => {
    const path = join(folder, `${edition}.mmdb`);
    writeFileSync(path, mmdbFile(networks, edition));
    utimesSync(path, changedAt, changedAt);
    return path;
  };
  const open = (editions = ['GeoLite2-City']) =>
    MaxMindLocator.open({ dbPath: folder, editions }, undefined, () => now);

  it('finds IPv4 and IPv6 addresses in a City file', async () => {
    write(
      'GeoLite2-City',
      [
        { network: '198.51.100.0/24', record: zurich },
        { network: '2001:db8::/32', record: lima },
      ],
      1000,
    );
    const locator = await open();
    expect(await locator.locate('198.51.100.77')).toEqual({
      country: 'CH',
      region: 'Zürich region',
      city: 'Zürich',
      latitude: 47.38,
      longitude: 8.54,
      timezone: 'Europe/Zurich',
    });
    expect(await locator.locate('2001:db8::1')).toMatchObject({ country: 'PE', latitude: -12.05 });
    expect(await locator.locate('203.0.113.1')).toBeNull();
    expect(warnings).toEqual([]);
  });

  it('asks several files in their order, and takes the path of one', async () => {
    write('City', [{ network: '198.51.100.0/24', record: zurich }], 1000);
    const path = write(
      'Country',
      [{ network: '203.0.113.0/24', record: { country: { iso_code: 'DE' } } }],
      1000,
    );
    const both = await open(['City', 'Country']);
    expect(await both.locate('203.0.113.9')).toMatchObject({ country: 'DE', city: undefined });
    expect(await both.locate('198.51.100.9')).toMatchObject({ city: 'Zürich' });
    const one = await MaxMindLocator.open({ dbPath: path, editions: [] });
    expect(await one.locate('198.51.100.9')).toBeNull();
    expect(await one.locate('203.0.113.9')).toMatchObject({ country: 'DE' });
  });

  it('says once at start that a file is not there, and takes it and its successors when they come', async () => {
    const locator = await open();
    expect(warnings).toEqual([expect.stringMatching(/no geo database at .*GeoLite2-City\.mmdb/)]);
    expect(await locator.locate('198.51.100.1')).toBeNull();
    write('GeoLite2-City', [{ network: '198.51.100.0/24', record: zurich }], 1000);
    expect(await locator.locate('198.51.100.1')).toBeNull();
    now += 60_000;
    expect(await locator.locate('198.51.100.1')).toMatchObject({ country: 'CH' });
    write('GeoLite2-City', [{ network: '198.51.100.0/24', record: lima }], 2000);
    now += 60_000;
    expect(await locator.locate('198.51.100.1')).toMatchObject({ country: 'PE' });
    const path = join(folder, 'GeoLite2-City.mmdb');
    writeFileSync(path, 'half a file');
    now += 60_000;
    expect(await locator.locate('198.51.100.1')).toMatchObject({ country: 'PE' });
    expect(warnings.at(-1)).toMatch(/cannot be read/);
    rmSync(path);
    now += 60_000;
    expect(await locator.locate('198.51.100.1')).toMatchObject({ country: 'PE' });
    expect(warnings).toHaveLength(2);
  });

  it('does not start without the package', async () => {
    const load = () => {
      throw new Error('geoLocation.maxMind needs the package maxmind: npm install maxmind@5');
    };
    await expect(MaxMindLocator.open({ dbPath: folder, editions: [] }, load)).rejects.toThrow(
      /npm install maxmind@5/,
    );
  });
});
