import { describe, expect, it, vi } from 'vitest';
import { MemoryTransientStore } from './memory-transient-store';

describe('MemoryTransientStore', () => {
  it('drops expired entries in bounded rounds that go on where the last one stopped', async () => {
    let time = 0;
    const store = new MemoryTransientStore({ now: () => time });
    for (let i = 0; i < 100; i += 1) await store.set(`short:${i}`, 'value', 10);
    for (let i = 0; i < 5; i += 1) await store.set(`long:${i}`, 'value', 1000);
    time = 10;
    store.sweep(40);
    expect(store.size).toBe(65);
    store.sweep(40);
    expect(store.size).toBe(25);
    store.sweep(40);
    expect(store.size).toBe(5);
    time = 1000;
    store.sweep();
    expect(store.size).toBe(0);
  });

  it('sweeps by itself between open and close', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      let time = 0;
      const store = new MemoryTransientStore({ now: () => time });
      await store.open();
      await store.set('key', 'value', 10);
      time = 10;
      vi.advanceTimersByTime(60_000);
      expect(store.size).toBe(0);
      await store.close();
      expect(vi.getTimerCount()).toBe(0);
    } finally {
      vi.useRealTimers();
    }
  });

  it('forgets everything on close', async () => {
    const store = new MemoryTransientStore({ now: () => 0 });
    await store.set('key', 'value', 10);
    await store.close();
    expect(await store.get('key')).toBeNull();
  });
});
