// npm run serve -- --host nest-express|nest-fastify|express|fastify --port N --config FILE.json: the host harness of
// test/hosts, built when a source is newer than what was built last. Standard output has one line, the address.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = [
  'lib',
  'shims/express/src',
  'shims/fastify/src',
  'client/src',
  'test/hosts',
  'package-lock.json',
];
const outputs = [
  'dist/index.js',
  'shims/express/dist/index.js',
  'shims/fastify/dist/index.js',
  '.build/hosts/main.js',
];
const stamp = join(root, '.build', 'serve.stamp');

if (isStale()) build();
await import('../.build/hosts/main.js');

function isStale() {
  if (![...outputs.map((path) => join(root, path)), stamp].every((path) => existsSync(path))) return true;
  return Math.max(...sources.map((path) => newest(join(root, path)))) > statSync(stamp).mtimeMs;
}

/** When the file, or the newest file below the folder, was changed; milliseconds. */
function newest(path) {
  if (!existsSync(path)) return 0;
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(found.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function build() {
  const startedAt = new Date();
  const script = `const { build, ensureInstalled } = await import('./scripts/setup.mjs'); ensureInstalled(); await build('tsconfig.build.json');`;
  // Both of its streams go to standard error.
  const { status } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) process.exit(status ?? 1);
  mkdirSync(join(root, '.build'), { recursive: true });
  writeFileSync(stamp, `${startedAt.toISOString()}\n`);
}
