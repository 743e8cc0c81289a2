import { defineConfig } from 'vitest/config';

const conditions = ['@nauth-toolkit/source'];
/** Plain `npm test` leaves to `npm run test:all` and CI what takes long: building and starting each sample. */
const slow = process.env.NAUTH_TEST_SCOPE === 'embedded' ? ['test/docs/samples.spec.ts'] : [];

/** Specs beside the source run in one process without isolation; suites below test/ start servers and take longer. */
export default defineConfig({
  resolve: { conditions },
  // Node applies these to require() too: with 'import' among them, pg would get the ES module of its pool.
  ssr: { resolve: { conditions: [...conditions, 'node'] } },
  test: {
    pool: 'forks',
    isolate: false,
    maxWorkers: 2,
    // A hang fails all the same; a busy machine does not.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 15_000 } },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          globalSetup: ['test/support/database-pool.setup.ts'],
          include: [
            'lib/**/*.spec.ts',
            'shims/*/src/**/*.spec.ts',
            'client/src/**/*.spec.ts',
            'test/unit/**/*.spec.ts',
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          include: ['test/{e2e,conformance,docs}/**/*.spec.ts'],
          exclude: slow,
          globalSetup: ['test/support/build.setup.ts', 'test/support/database-pool.setup.ts'],
          testTimeout: 120_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'races',
          include: ['test/races/**/*.spec.ts'],
          globalSetup: ['test/support/build.setup.ts'],
          testTimeout: 120_000,
          // Nothing beside them: what they find depends on many requests arriving at one moment.
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['test/faults/**/*.spec.ts'],
          globalSetup: ['test/support/build.setup.ts'],
          testTimeout: 120_000,
          // Nothing beside them: they kill and hold up what others would wait for.
          fileParallelism: false,
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
});
