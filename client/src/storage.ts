/**
 * Where the client keeps its state. `window.localStorage`, `sessionStorage` and React Native's AsyncStorage fit as they
 * are; so does a few lines around a secure store.
 */
export interface NAuthStorage {
  getItem(key: string): string | null | Promise<string | null>;
  setItem(key: string, value: string): void | Promise<void>;
  removeItem(key: string): void | Promise<void>;
}

/** Kept as long as the page or the process: no script that comes later, and no other tab, finds it. The default. */
export class MemoryStorage implements NAuthStorage {
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
}
