// npm run lint: ESLint with .eslintrc.js. ESLint 9 reads that file only with this variable set.
import { toolStatus } from './setup.mjs';

process.exitCode = await toolStatus(
  'eslint/bin/eslint.js',
  ['.', '--ext', '.ts', '--max-warnings', '0', ...process.argv.slice(2)],
  {
    env: { ESLINT_USE_FLAT_CONFIG: 'false' },
  },
);
