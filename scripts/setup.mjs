// Shared by the other scripts: installs what is missing and runs the tools of the repository. Node built-ins only.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs `npm ci` when node_modules is absent or does not hold what package-lock.json names. */
export function ensureInstalled() {
  const reason = staleness();
  if (!reason) return;
  console.log(`> npm ci (${reason})`);
  // npm is a script on every platform but a .cmd file on Windows, which needs a shell.
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) fail('npm ci failed');
}

/** Why the installed packages are not those of the lockfile, or undefined when they are. */
function staleness() {
  const installedPath = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(installedPath)) return 'nothing is installed';
  const wanted = readPackages(join(root, 'package-lock.json'));
  const installed = readPackages(installedPath);
  for (const [path, entry] of Object.entries(wanted)) {
    // Workspaces are the repository itself; optional packages may not exist for this platform.
    if (!path.includes('node_modules/') || entry.link || entry.optional || entry.devOptional) continue;
    if (installed[path]?.version !== entry.version) return `${path} is not ${entry.version}`;
  }
  return undefined;
}

function readPackages(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}

/** Compiles projects that reference each other (`tsc -b`); only what has changed is compiled again. */
export async function build(project) {
  console.log(`> tsc -b ${project}`);
  await tool('typescript/bin/tsc', ['-b', project]);
}

/** Compiles one sample with its own tsconfig.json. */
export async function buildSample(name) {
  console.log(`> tsc -p sample/${name}`);
  await tool('typescript/bin/tsc', ['-p', `sample/${name}`]);
}

/** Runs a tool of node_modules with Node and ends this process when it fails. */
export async function tool(script, args, options) {
  const status = await toolStatus(script, args, options);
  if (status !== 0) fail(`${script} ${args.join(' ')} ended with ${status}`);
}

/** The same, giving its exit status. */
export function toolStatus(script, args, { env = {} } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(root, 'node_modules', script), ...args], {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

export function fail(message) {
  console.error(`error: ${message}`);
  process.exit(1);
}
