import { Logger } from '@nestjs/common';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { GeoLocator } from '../context';
import { ClientLocator } from './client-locator';

const ZURICH = {
  country: 'CH',
  region: 'ZH',
  city: 'Zürich',
  latitude: 47.37,
  longitude: 8.54,
  timezone: 'Europe/Zurich',
};

/** A locator that gives whatever it is told to, as only code without types could. */
function answering(answer: () => unknown): GeoLocator {
  const locator: { locate: (ipAddress: string) => Promise<never> } = {
    locate: answer as () => Promise<never>,
  };
  return locator;
}

afterEach(() => vi.restoreAllMocks());

describe('ClientLocator', () => {
  it('hands on what the locator knows', async () => {
    const asked: string[] = [];
    const locator: GeoLocator = {
      locate: async (ipAddress) => {
        asked.push(ipAddress);
        return ipAddress === '192.0.2.1' ? ZURICH : null;
      },
    };
    const clients = new ClientLocator({ locator });
    expect(await clients.locate('192.0.2.1')).toEqual(ZURICH);
    expect(await clients.locate('192.0.2.2')).toBeNull();
    expect(await clients.locate(null)).toBeNull();
    expect(asked).toEqual(['192.0.2.1', '192.0.2.2']);
  });

  it('knows nothing without a locator', async () => {
    expect(await new ClientLocator({ locator: undefined }).locate('192.0.2.1')).toBeNull();
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('broken at 192.0.2.1');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken at 192.0.2.1'))],
    ['rejects with nothing', () => Promise.reject()],
  ])('calls the location unknown when the locator %s, and says so once (R031)', async (_, answer) => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    const clients = new ClientLocator({ locator: answering(answer) });
    expect(await clients.locate('192.0.2.1')).toBeNull();
    expect(await clients.locate('192.0.2.1')).toBeNull();
    expect(warn).toHaveBeenCalledTimes(1);
    expect(warn.mock.calls.flat().join()).not.toContain('192.0.2.1');
  });

  it('does not wait for a locator that hangs, and takes its later answers again', async () => {
    vi.spyOn(Logger.prototype, 'warn').mockImplementation(() => undefined);
    let fail: (error: Error) => void = () => undefined;
    let hangs = true;
    const locator: GeoLocator = {
      locate: () => (hangs ? new Promise((_, reject) => (fail = reject)) : Promise.resolve(ZURICH)),
    };
    const clients = new ClientLocator({ locator });
    expect(await clients.locate('192.0.2.1')).toBeNull();
    // Whatever becomes of the call that nobody waits for, it ends nothing.
    fail(new Error('late'));
    hangs = false;
    expect(await clients.locate('192.0.2.1')).toEqual(ZURICH);
  });

  it.each([
    [
      { ...ZURICH, country: 'Switzerland' },
      { ...ZURICH, country: undefined },
    ],
    [
      { ...ZURICH, country: 'ch' },
      { ...ZURICH, country: undefined },
    ],
    [
      { ...ZURICH, city: 'x'.repeat(200), region: '' },
      { ...ZURICH, city: undefined, region: undefined },
    ],
    [
      { ...ZURICH, city: 'Zür\u202eich\n' },
      { ...ZURICH, city: undefined },
    ],
    [
      { ...ZURICH, latitude: 91, longitude: NaN },
      { ...ZURICH, latitude: undefined, longitude: undefined },
    ],
    [
      { ...ZURICH, latitude: '47', timezone: 5 },
      { ...ZURICH, latitude: undefined, timezone: undefined },
    ],
    [{}, null],
    [{ country: null }, null],
    ['CH', null],
    [undefined, null],
    [7, null],
  ])('keeps of %j only what fits', async (answer, location) => {
    const clients = new ClientLocator({ locator: answering(() => Promise.resolve(answer)) });
    expect(await clients.locate('192.0.2.1')).toEqual(location);
  });
});
