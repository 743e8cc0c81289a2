import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/** Below the ports that the system gives to outgoing connections, so that a port is still free a while later. */
const LOWEST_PORT = 20_000;
const HIGHEST_PORT = 32_000;
/** Parts of these ports: workers that run side by side each take theirs. */
const PARTS = 4;
const PART_SIZE = (HIGHEST_PORT - LOWEST_PORT) / PARTS;

const given = new Set<number>();

/** A port that is free together with the two above it; no other server of this run is given one of them. */
export async function freePort(): Promise<number> {
  const first = LOWEST_PORT + (Number(process.env.VITEST_POOL_ID ?? 0) % PARTS) * PART_SIZE;
  for (;;) {
    const port = randomInt(first, first + PART_SIZE - 2);
    const ports = [port, port + 1, port + 2];
    if (ports.some((each) => given.has(each))) continue;
    const free = await Promise.all(ports.map(isFree));
    if (!free.every(Boolean)) continue;
    for (const each of ports) given.add(each);
    return port;
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
