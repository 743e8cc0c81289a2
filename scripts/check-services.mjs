// Says which of the services that the full test run needs do not accept connections, and fails when one does not.
import { spawnSync } from 'node:child_process';
import { connect } from 'node:net';

const services = {
  PostgreSQL: process.env.NAUTH_TEST_POSTGRES_URL ?? 'postgres://postgres@127.0.0.1:5432/test',
  MariaDB: process.env.NAUTH_TEST_MARIADB_URL ?? 'mysql://root@127.0.0.1:3306/test',
  Redis: process.env.NAUTH_TEST_REDIS_URL ?? 'redis://127.0.0.1:6379',
};
const defaultPorts = {
  'postgres:': 5432,
  'postgresql:': 5432,
  'mysql:': 3306,
  'mariadb:': 3306,
  'redis:': 6379,
};

for (const [name, url] of Object.entries(services)) {
  const { hostname, port, protocol } = new URL(url);
  const reached = await accepts(hostname, Number(port) || defaultPorts[protocol]);
  console.log(`${name} at ${hostname}: ${reached ? 'there' : 'MISSING'}`);
  if (!reached) process.exitCode = 1;
}

// Suites about faults start Redis servers of their own.
const program = process.env.NAUTH_TEST_REDIS_SERVER ?? 'redis-server';
const installed = spawnSync(program, ['--version']).status === 0;
console.log(`${program}: ${installed ? 'there' : 'MISSING'}`);
if (!installed) process.exitCode = 1;

function accepts(host, port) {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 5000 });
    const end = (reached) => {
      socket.destroy();
      resolve(reached);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}
