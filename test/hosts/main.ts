import { Logger } from '@nestjs/common';
import { NAuthConfigError } from '@nauth-toolkit/nestjs';
import { readArguments } from './arguments';
import { takeMigrationLocksAway } from './broken/no-migration-lock';
import { createHarness } from './harness-config';
import { readHarnessFile } from './harness-file';
import type { RunningHost } from './running-host';
import { loadHost } from './start-host';
import { UsageError } from './usage-error';

/** Starts one host and says on standard output, in one line, where it is. */
async function main(): Promise<void> {
  const { host, port, configPath, broken, hold } = readArguments(process.argv.slice(2));
  const harness = createHarness(readHarnessFile(configPath));
  Logger.overrideLogger(harness.logger);
  if (broken === 'migration-lock') takeMigrationLocksAway();
  const start = await loadHost(host);
  if (hold) await untilReleased();
  const running = await start(harness, { port, broken });
  stopOnSignal(running);
  process.stdout.write(`${JSON.stringify({ url: running.url, pid: process.pid })}\n`);
}

function untilReleased(): Promise<void> {
  if (!process.send) throw new UsageError('--hold needs a parent process with a channel');
  process.send('held');
  return new Promise((resolve) => {
    process.once('message', () => {
      process.disconnect();
      resolve();
    });
  });
}

function stopOnSignal(running: RunningHost): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    running.close().then(() => process.exit(0), fail);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

function fail(error: unknown): void {
  const readable = error instanceof UsageError || error instanceof NAuthConfigError;
  const text = error instanceof Error ? (readable ? error.message : error.stack) : String(error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

main().catch(fail);
