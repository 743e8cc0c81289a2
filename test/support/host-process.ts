import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HostName } from '../hosts/arguments';
import type { Stats } from '../hosts/counters';
import type { HarnessFile } from '../hosts/harness-file';
import type { OutboxMessage } from '../hosts/outbox';

const program = join(__dirname, '..', '..', '.build', 'hosts', 'main.js');
const START_MS = 90_000;
const STOP_MS = 10_000;
const MESSAGE_MS = 15_000;
const running = new Set<ChildProcess>();

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** The compiled harness in a process of its own. */
export interface HostProcess {
  readonly host: HostName;
  /** Without a slash at the end. */
  readonly url: string;
  readonly pid: number;
  /** False from the moment that the process has ended, however it did. */
  readonly isAlive: boolean;
  /** What it wrote to standard error. */
  readonly errors: string;
  /** Moves the toolkit's clock; 0 brings it back. */
  clock(offsetMs: number): Promise<void>;
  /** Work since the last call. */
  stats(): Promise<Stats>;
  /** The newest message to this recipient that fits, once there is one; they are sent after the reply. */
  message(to: string, fits?: (message: OutboxMessage) => boolean, withinMs?: number): Promise<OutboxMessage>;
  /** It ends itself before that one of the next statements that it sends; 0 takes that back. */
  dieBefore(statement: number): Promise<void>;
  /** kill -9; resolves when it has ended. */
  kill(): Promise<void>;
  /** Ends it in good order; its exit code. */
  stop(): Promise<number | null>;
}

export interface StartOptions {
  /** Name of a deliberately broken variant. */
  broken?: string;
  env?: NodeJS.ProcessEnv;
  /** It waits there, with everything loaded and nothing opened, until the others have come too. */
  barrier?: StartBarrier;
}

/** Lets processes go on at one moment, when as many as it was made for have come. */
export class StartBarrier {
  private release: () => void = () => undefined;
  private readonly released = new Promise<void>((resolve) => (this.release = resolve));

  constructor(private missing: number) {}

  arrive(): Promise<void> {
    this.missing -= 1;
    if (this.missing === 0) this.release();
    return this.released;
  }
}

/** @throws {Error} with what the process wrote, when it ended before it served */
export async function startHost(
  host: HostName,
  file: HarnessFile,
  { broken, env, barrier }: StartOptions = {},
): Promise<HostProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'nauth-host-'));
  const config = join(folder, 'config.json');
  writeFileSync(config, JSON.stringify(file));
  const variant = [...(broken === undefined ? [] : ['--broken', broken]), ...(barrier ? ['--hold'] : [])];
  const child = spawn(
    process.execPath,
    [program, '--host', host, '--port', '0', '--config', config, ...variant],
    {
      stdio: barrier ? ['ignore', 'pipe', 'pipe', 'ipc'] : ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_ENV: 'test', ...env },
    },
  );
  running.add(child);
  let errors = '';
  child.once('message', () => void barrier?.arrive().then(() => child.send('go')));
  child.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  try {
    const { url, pid } = await firstLine(child, ended, () => errors);
    return {
      host,
      url,
      pid,
      get isAlive() {
        return running.has(child);
      },
      get errors() {
        return errors;
      },
      clock: async (offsetMs) => void (await control(`${url}/__clock`, { offsetMs })),
      dieBefore: async (statement) => void (await control(`${url}/__die`, { statement })),
      stats: async () => (await control(`${url}/__stats`)) as Stats,
      message: (to, fits = () => true, withinMs = MESSAGE_MS) =>
        newest(url, (message) => message.to === to && fits(message), withinMs),
      kill: async () => {
        child.kill('SIGKILL');
        await ended;
      },
      stop: () => stop(child, ended),
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function newest(
  url: string,
  fits: (message: OutboxMessage) => boolean,
  withinMs: number,
): Promise<OutboxMessage> {
  const end = performance.now() + withinMs;
  for (;;) {
    const messages = (await control(`${url}/__outbox`)) as OutboxMessage[];
    const found = messages.filter(fits).at(-1);
    if (found) return found;
    if (performance.now() > end) throw new Error(`no such message among ${messages.length}`);
    await sleep(20);
  }
}

async function control(url: string, body?: unknown): Promise<unknown> {
  const response = await fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}`);
  return response.json();
}

function firstLine(
  child: ChildProcess,
  ended: Promise<number | null>,
  errors: () => string,
): Promise<{ url: string; pid: number }> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error(`the host did not serve in time:\n${errors()}`)),
      START_MS,
    );
    let output = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (!output.includes('\n')) return;
      clearTimeout(timer);
      resolve(JSON.parse(output) as { url: string; pid: number });
    });
    void ended.then((code) => {
      clearTimeout(timer);
      reject(new Error(`the host ended with ${code} before it served:\n${errors()}`));
    });
  });
}

async function stop(child: ChildProcess, ended: Promise<number | null>): Promise<number | null> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  const code = await ended;
  clearTimeout(timer);
  return code;
}
