import { parseArgs } from 'node:util';
import { UsageError } from './usage-error';

export const hostNames = ['nest-express', 'nest-fastify', 'express', 'fastify'] as const;
export type HostName = (typeof hostNames)[number];

export interface HarnessArguments {
  host: HostName;
  /** 0 lets the system choose. */
  port: number;
  configPath: string;
  /** Name of a deliberately broken variant, for control runs of the race suite. */
  broken: string | undefined;
  /** Wait, with everything loaded, for a word of the parent process, so that several can be started at one moment. */
  hold: boolean;
}

/** @throws {UsageError} naming the argument that is wrong */
export function readArguments(argv: string[]): HarnessArguments {
  const { host, port, config, broken, hold } = parse(argv);
  const known = hostNames.find((name) => name === host);
  if (!known) throw new UsageError(`--host is one of ${hostNames.join(', ')}`);
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65_535)
    throw new UsageError('--port is a number from 0 to 65535');
  if (!config) throw new UsageError('--config names a JSON file');
  return { host: known, port: Number(port), configPath: config, broken, hold };
}

function parse(argv: string[]) {
  try {
    const { values } = parseArgs({
      args: argv,
      options: {
        host: { type: 'string' },
        port: { type: 'string', default: '0' },
        config: { type: 'string' },
        broken: { type: 'string' },
        hold: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : 'the arguments could not be read');
  }
}
