// npm test: installs and builds what is missing and runs the suites that need no service. npm run test:all runs those on
// PostgreSQL, MariaDB and Redis, the races and the samples too; one whose server does not answer is skipped and says so, and
// with CI=true it fails instead. npm run test:faults kills, stops and cuts off servers; it takes its time and belongs into the
// night and before a release. Other arguments are handed to Vitest. The last line is the count.
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, ensureInstalled, root, toolStatus } from './setup.mjs';

const faults = process.argv.includes('--faults');
const everything = faults || process.argv.includes('--all') || process.env.CI === 'true';
const given = process.argv.slice(2).filter((argument) => argument !== '--all' && argument !== '--faults');
const suites = faults ? ['faults'] : ['unit', 'e2e', ...(everything ? ['races'] : [])];
const projects = given.length > 0 ? [] : suites.flatMap((name) => ['--project', name]);
const resultsPath = join(root, '.build', 'test-results.json');

ensureInstalled();
await build('tsconfig.build.json');
mkdirSync(join(root, '.build'), { recursive: true });
rmSync(resultsPath, { force: true });
const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${resultsPath}`];
const status = await toolStatus('vitest/vitest.mjs', [...args, ...projects, ...given], {
  env: { NAUTH_TEST_SCOPE: everything ? 'all' : 'embedded' },
});
if (!everything)
  console.log(
    'Suites on PostgreSQL, MariaDB and Redis, races and samples: npm run test:all; faults: npm run test:faults',
  );
const { passed, failed, skipped } = count(JSON.parse(readFileSync(resultsPath, 'utf8')));
if (status !== 0 && failed === 0) console.log('Vitest reported an error outside of the tests, see above.');
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = status;

/** Tests by outcome. A file that failed before it declared a test counts as one failed test. */
function count(results) {
  const broken = results.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  ).length;
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + broken,
    skipped: results.numPendingTests + (results.numTodoTests ?? 0),
  };
}
