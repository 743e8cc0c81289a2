import type { FetchLike } from './http.type';

/** What this package uses of the browser, of React Native or of Node, where it is there. */
interface Platform {
  fetch?: FetchLike;
  document?: { readonly cookie: string };
  navigator?: { readonly language?: string; readonly locks?: WebLocks };
  localStorage?: SharedItems;
}

/** The part of the Web Locks API (W3C) that the refresh uses. */
export interface WebLocks {
  request(name: string, options: { signal?: AbortSignal }, callback: () => Promise<void>): Promise<unknown>;
}

interface SharedItems {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
}

const platform: Platform = globalThis;

/** The platform's fetch, looked up at each call: tests and tracing tools replace it. */
export const platformFetch: FetchLike = (url, init) => {
  if (!platform.fetch) throw new Error('This platform has no fetch: pass one in the configuration.');
  return platform.fetch(url, init);
};

/** True in a page, where cookies belong to the browser and are shared by all tabs. */
export function hasDocument(): boolean {
  return platform.document !== undefined;
}

/** Every cookie that scripts can read, as one text. */
export function documentCookies(): string {
  return platform.document?.cookie ?? '';
}

export function webLocks(): WebLocks | undefined {
  return platform.navigator?.locks;
}

/** Undefined outside of browsers, and where the user has blocked it: reading the property throws then. */
export function sharedItems(): SharedItems | undefined {
  try {
    return hasDocument() ? platform.localStorage : undefined;
  } catch {
    return undefined;
  }
}

/** Time zone (IANA) and language (BCP 47) of the browser's user; nothing elsewhere, where they are the server's. */
export function detectedLocale(): { timezone?: string; locale?: string } {
  if (!hasDocument()) return {};
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return { timezone: timeZone, locale: platform.navigator?.language };
}
