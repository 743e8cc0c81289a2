import type { Server } from 'node:net';
import { UsageError } from '../usage-error';

export function addressOf(server: Server): string {
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server listens on no port');
  return `http://${address.address}:${address.port}`;
}

/** Broken variants reach into the container of a Nest application. */
export function refuseBroken(broken: string | undefined): void {
  if (broken !== undefined) throw new UsageError('--broken needs --host nest-express or nest-fastify');
}
