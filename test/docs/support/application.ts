import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

export { freePort } from '../../support/free-port';

const START_MS = 60_000;

export interface Application {
  url: string;
  /** What it has printed so far. */
  output(): string;
  /** Ends the process the way a supervisor does and waits for it. Gives its exit code. */
  stop(): Promise<number | null>;
}

/** Starts a compiled application as a process of its own and waits until it answers. */
export async function startApplication(
  script: string,
  options: { cwd: string; port: number; env?: Record<string, string> },
): Promise<Application> {
  const { cwd, port, env } = options;
  const child = spawn(process.execPath, [script], {
    cwd,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...hostEnvironment(), ...secrets(), PORT: String(port), HOST: '127.0.0.1', ...env },
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, 'exit');
  const url = `http://127.0.0.1:${port}`;
  const stop = async (): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
    await ended;
    return child.exitCode;
  };
  try {
    await answering(url, () => child.exitCode !== null || child.signalCode !== null);
  } catch (error) {
    await stop();
    throw new Error(`${script} did not start:\n${output}`, { cause: error });
  }
  return { url, output: () => output, stop };
}

/** Only what a process needs to run: no setting of the developer's shell reaches the application. */
function hostEnvironment(): Record<string, string> {
  return Object.fromEntries(
    ['PATH', 'HOME', 'SystemRoot', 'TEMP', 'TMP'].flatMap((name) => {
      const value = process.env[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
}

function secrets(): Record<string, string> {
  const names = ['ACCESS_TOKEN_SECRET', 'REFRESH_TOKEN_SECRET', 'ENCRYPTION_SECRET'];
  return Object.fromEntries(names.map((name) => [name, randomBytes(32).toString('base64')]));
}

async function answering(url: string, hasEnded: () => boolean): Promise<void> {
  const deadline = Date.now() + START_MS;
  while (Date.now() < deadline) {
    if (hasEnded()) throw new Error('the process has ended');
    const answer = await fetch(`${url}/auth/profile`).catch(() => undefined);
    if (answer) return;
    await sleep(50);
  }
  throw new Error(`no answer within ${START_MS} ms`);
}
