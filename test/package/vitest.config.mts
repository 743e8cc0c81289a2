import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** npm run test:package: apart from the other suites, as it installs packages from the npm registry. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  test: {
    name: 'package',
    include: ['**/*.spec.ts'],
    pool: 'forks',
    // Mostly waiting for the registry: all files at once, even where there are few cores.
    maxWorkers: 3,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
});
