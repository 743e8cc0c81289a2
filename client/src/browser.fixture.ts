import type { WebLocks } from './platform';

/** What several tabs of one browser share. */
export interface BrowserGlobals {
  document?: { readonly cookie: string };
  navigator?: { readonly language?: string; readonly locks?: WebLocks };
  localStorage?: Items;
}

/** Puts a browser's globals in place; what it returns puts the former ones back. */
export function installBrowser(globals: BrowserGlobals): () => void {
  const names = Object.keys(globals);
  const former = names.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
  }
  return () => {
    names.forEach((name, index) => {
      const descriptor = former[index];
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    });
  };
}

/** localStorage. */
export class Items {
  private readonly items = new Map<string, string>();

  getItem(key: string): string | null {
    return this.items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.items.set(key, value);
  }

  removeItem(key: string): void {
    this.items.delete(key);
  }

  /** All that is kept, as one text. */
  dump(): string {
    return JSON.stringify([...this.items]);
  }
}

/** navigator.locks: one holder of a name at a time, in order of asking. */
export class Locks implements WebLocks {
  readonly asked: string[] = [];
  private readonly tails = new Map<string, Promise<unknown>>();

  async request(
    name: string,
    options: { signal?: AbortSignal },
    callback: () => Promise<void>,
  ): Promise<unknown> {
    this.asked.push(name);
    const before = this.tails.get(name) ?? Promise.resolve();
    const refused = new Promise<never>((_resolve, reject) => {
      options.signal?.addEventListener('abort', () => reject(new Error('AbortError')));
    });
    refused.catch(() => undefined);
    const turn = Promise.race([before, refused]);
    const run = turn.then(callback);
    this.tails.set(name, Promise.allSettled([before, run]));
    return run;
  }
}
