import { webLocks } from './platform';

/**
 * Runs a task while no other tab of this origin runs one of that name, by Web Locks. Where these are missing, refused
 * by the browser, or not to be had within the given milliseconds, the task runs all the same: two refreshes at once
 * are what the server's grace window is for, and a page that hangs is worse.
 */
export async function exclusive(name: string, waitMs: number, task: () => Promise<void>): Promise<void> {
  const locks = webLocks();
  if (!locks) return task();
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), waitMs);
  let started = false;
  try {
    await locks.request(name, { signal: patience.signal }, async () => {
      started = true;
      clearTimeout(timer);
      await task();
    });
  } catch (error) {
    if (started) throw error;
    await task();
  } finally {
    clearTimeout(timer);
  }
}
