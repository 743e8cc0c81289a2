import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';

const root = join(__dirname, '..', '..');

/** A TypeScript entry as one JavaScript file that a process of its own can run. */
export interface ChildProgram {
  /** Runs it with one argument; the lines that it printed, its exit code and the signal that ended it. */
  run(argument: unknown, env?: NodeJS.ProcessEnv): Promise<ChildResult>;
  remove(): void;
}

export interface ChildResult {
  output: string;
  errors: string;
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** Builds a program out of a file below test/support/children. */
export async function buildChild(name: string): Promise<ChildProgram> {
  // Inside the project, so that the packages it names are found.
  const outDir = mkdtempSync(join(root, '.build', 'child-'));
  await build({
    root,
    configFile: false,
    logLevel: 'error',
    resolve: { conditions: ['@nauth-toolkit/source'] },
    build: {
      ssr: join(root, 'test', 'support', 'children', `${name}.ts`),
      outDir,
      rollupOptions: { output: { format: 'cjs', entryFileNames: 'child.cjs' } },
    },
  });
  return {
    run: (argument, env = {}) => runChild(join(outDir, 'child.cjs'), argument, env),
    remove: () => rmSync(outDir, { recursive: true, force: true }),
  };
}

function runChild(file: string, argument: unknown, env: NodeJS.ProcessEnv): Promise<ChildResult> {
  const child = fork(file, [JSON.stringify(argument)], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    execArgv: [],
    env: { ...process.env, ...env },
  });
  let output = '';
  let errors = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  return new Promise((done) => {
    child.once('close', (code, signal) => done({ output, errors, code, signal }));
  });
}
