import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext } from 'playwright-core';
import { describe } from 'vitest';

const EXECUTABLE = process.env.NAUTH_TEST_CHROMIUM ?? '/usr/bin/chromium';

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A suite in a real browser: skipped, and said so, where there is none; with CI=true that is a failure. */
export function describeChromium(name: string, suite: () => void): void {
  const isThere = existsSync(EXECUTABLE);
  if (isThere || process.env.CI) describe(name, suite);
  else describe.skip(`${name} (no Chromium at ${EXECUTABLE}: set NAUTH_TEST_CHROMIUM)`, suite);
}

export interface Browser {
  context: BrowserContext;
  close(): Promise<void>;
}

/** A browser that knows nothing yet. */
export async function openBrowser(): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), 'nauth-chromium-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: EXECUTABLE,
    args: FLAGS,
  });
  return {
    context,
    close: async () => {
      await context.close();
      await rm(profile, { recursive: true, force: true });
    },
  };
}
