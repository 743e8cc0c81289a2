import { parse } from 'bowser';
import type { ClientDevice } from '../context';
import type { DeviceType } from '../contracts';

const TYPES: Readonly<Record<string, DeviceType>> = {
  desktop: 'desktop',
  mobile: 'mobile',
  tablet: 'tablet',
  bot: 'bot',
};

const UNKNOWN: ClientDevice = {
  type: 'unknown',
  browser: null,
  browserVersion: null,
  os: null,
  osVersion: null,
};

/** Device, browser and operating system by a user agent of at most 512 characters. */
export function describeDevice(userAgent: string | null): ClientDevice {
  if (!userAgent) return UNKNOWN;
  const { browser, os, platform } = parse(userAgent);
  return {
    type: TYPES[platform.type ?? ''] ?? 'unknown',
    browser: browser.name || null,
    browserVersion: browser.version || null,
    os: os.name || null,
    // Windows calls its version 10.0 by a number that nobody knows: the library has the usual one as its name.
    osVersion: (os.name === 'Windows' ? os.versionName : undefined) || os.version || null,
  };
}
