import { spawn } from 'node:child_process';

export interface RunResult {
  stdout: string;
  stderr: string;
  /** Exit code; null when it was killed because it did not end. */
  code: number | null;
}

interface RunOptions {
  cwd: string;
  /** Milliseconds; the process is killed after them. Default 280 s. */
  timeout?: number;
  /** Give a failure back instead of throwing it. */
  mayFail?: boolean;
}

/** Runs a program to its end. Throws with all that it wrote when it fails. */
export async function run(command: string, args: string[], options: RunOptions): Promise<RunResult> {
  const child = spawn(command, args, {
    cwd: options.cwd,
    env: cleanEnvironment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeout ?? 280_000,
    killSignal: 'SIGKILL',
    // npm is a .cmd file on Windows, which needs a shell.
    shell: process.platform === 'win32',
  });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  if (code !== 0 && !options.mayFail) {
    throw new Error(`${command} ${args.join(' ')} ended with ${code}\n${output.stdout}\n${output.stderr}`);
  }
  return { ...output, code };
}

/** Without what npm and Vitest set for their own children: neither is to be seen by a user's program. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const hidden =
    /^(npm_(package|lifecycle|config_local_prefix|config_global_prefix|command|execpath|node_execpath)|INIT_CWD|VITEST|NODE_ENV$|NODE_OPTIONS$)/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !hidden.test(name)));
}
