import type { HostName } from './arguments';
import type { StartHost } from './running-host';

/** Loads only the framework that is asked for. */
export async function loadHost(name: HostName): Promise<StartHost> {
  switch (name) {
    case 'nest-express':
      return (await import('./hosts/nest-express.host.js')).start;
    case 'nest-fastify':
      return (await import('./hosts/nest-fastify.host.js')).start;
    case 'express':
      return (await import('./hosts/express.host.js')).start;
    case 'fastify':
      return (await import('./hosts/fastify.host.js')).start;
  }
}
