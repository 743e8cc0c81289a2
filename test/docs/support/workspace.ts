import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export const repository = join(__dirname, '..', '..', '..');

let packages: Promise<void> | undefined;

/** Compiles the packages, once for all suites of this process; only what has changed is compiled again. */
export function buildPackages(): Promise<void> {
  packages ??= tsc('-b', 'tsconfig.build.json');
  return packages;
}

/** Compiles a sample as a newcomer would: with its own tsconfig, against the built packages. */
export async function buildSample(folder: string): Promise<void> {
  await buildPackages();
  await tsc('-p', join('sample', folder));
}

async function tsc(...args: string[]): Promise<void> {
  const compiler = join(repository, 'node_modules', 'typescript', 'bin', 'tsc');
  try {
    await run(process.execPath, [compiler, ...args], { cwd: repository });
  } catch (error) {
    const output: unknown = error instanceof Error ? Reflect.get(error, 'stdout') : undefined;
    throw new Error(`tsc ${args.join(' ')} failed:\n${String(output)}`, { cause: error });
  }
}

/** Makes the script of sample/04-web out of its sources. */
export async function buildPages(): Promise<string> {
  await buildPackages();
  await tsc('-p', join('sample', '04-web'));
  const folder = join(repository, 'sample', '04-web');
  const bundler = join(repository, 'node_modules', 'rolldown', 'bin', 'cli.mjs');
  const args = ['src/main.ts', '--file', 'public/app.js', '--format', 'esm'];
  await run(process.execPath, [bundler, ...args], { cwd: folder });
  return join(folder, 'public');
}
