// npm run load [-- --seconds 20 --rate 1000 --people-rate 50 --cost 10 --hashes 1 --database URL --redis URL --no-attack]: how people
// fare under credential stuffing. One server of the harness, the attackers and the people are a process each, all on this
// machine; what they do is bounded in count and time. Addresses are those that a trusted proxy on the loopback forwards.
// The database should be empty: it is left as it is. Without one, SQLite in a temporary folder is used.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { People } from './load/people.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '20' },
    rate: { type: 'string', default: '1000' },
    addresses: { type: 'string', default: '5000' },
    'people-rate': { type: 'string', default: '50' },
    host: { type: 'string', default: 'fastify' },
    // What the toolkit takes in production at least. Its default of 12 leaves two processors eight checks a second.
    cost: { type: 'string', default: '10' },
    // Passwords that are checked at once; what the toolkit takes by default when it is left out.
    hashes: { type: 'string' },
    database: { type: 'string' },
    redis: { type: 'string' },
    attack: { type: 'boolean', default: true },
  },
  allowNegative: true,
});
const seconds = bounded('seconds', 1, 120);
const rate = bounded('rate', 1, 5000);
const addresses = bounded('addresses', 1, 100_000);
const peopleRate = bounded('people-rate', 1, 500);
const PEOPLE = 100;
const TICKS_PER_SECOND = 100;

const folder = mkdtempSync(join(tmpdir(), 'nauth-load-'));
try {
  await main();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function main() {
  const server = await startServer();
  try {
    const people = new People(server.url);
    await people.signUp(PEOPLE);
    await statsOf(server.url);
    const ticks = processorTicks(server.pid);
    const attack = values.attack ? startAttack(server.url, people.emails) : undefined;
    const outcomes = await people.live(peopleRate, seconds);
    const attacked = await attack;
    const busy = (processorTicks(server.pid) - ticks) / TICKS_PER_SECOND;
    print(outcomes, attacked, await statsOf(server.url), busy);
  } finally {
    server.child.kill('SIGTERM');
    await once(server.child, 'exit');
  }
}

async function startServer() {
  const config = join(folder, 'config.json');
  writeFileSync(
    config,
    JSON.stringify({
      database: database(),
      ...(values.redis && { storage: { type: 'redis', url: values.redis } }),
      password: {
        bcryptCost: Number(values.cost),
        ...(values.hashes && { hashing: { concurrency: Number(values.hashes) } }),
      },
      security: { trustedProxies: ['loopback'] },
    }),
  );
  const child = spawn(
    process.execPath,
    ['scripts/serve.mjs', '--host', values.host, '--port', '0', '--config', config],
    { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const lines = createInterface({ input: child.stdout });
  const [line] = await Promise.race([once(lines, 'line'), once(lines, 'close')]);
  if (line === undefined) throw new Error('the server did not start');
  return { ...JSON.parse(line), child };
}

function database() {
  const url = values.database ?? join(folder, 'load.sqlite');
  const scheme = /^(postgres|mysql|mariadb):/.exec(url)?.[1];
  return { type: scheme ?? 'sqlite', url };
}

async function startAttack(url, emails) {
  const attacker = fork(join(root, 'scripts/load/attacker.mjs'), { stdio: 'inherit' });
  attacker.send({ url, rate, addresses, seconds, emails });
  const [report] = await once(attacker, 'message');
  return report;
}

function print(outcomes, attacked, { hashes, queries }, busy) {
  const all = Object.values(outcomes).flat();
  const row = (name, list) => {
    const done = list.filter(({ isDone }) => isDone).length;
    const atOnce = list.filter(({ isDoneAtOnce }) => isDoneAtOnce).length;
    const cells = [list.length, percent(done, list.length), percent(atOnce, list.length)];
    const times = [quantile(list, 0.5), quantile(list, 0.99)].map((ms) => ms.toFixed(0).padStart(7));
    console.log(
      `${name.padEnd(20)}${cells.map((cell) => String(cell).padStart(9)).join('')}${times.join('')}`,
    );
  };
  const parts = `${database().type}${values.redis ? ' and Redis' : ''}`;
  console.log(`${values.host} on ${parts}, bcrypt cost ${values.cost}, ${seconds} s, ${PEOPLE} people\n`);
  console.log('people                 deeds     done  at once p50 ms p99 ms');
  for (const [name, list] of Object.entries(outcomes)) row(name, list);
  row('all', all);
  const failures = all.filter(({ isDone }) => !isDone).map(({ statuses }) => statuses.join(' then '));
  for (const [statuses, count] of Object.entries(tally(failures)))
    console.log(`not done: ${count} x ${statuses}`);
  if (attacked) {
    const { offered, sentRate, answeredRate, dropped, answers } = attacked;
    console.log(`\nattackers: ${addresses} addresses, offered ${offered}/s, sent ${sentRate.toFixed(0)}/s,`);
    console.log(`answered ${answeredRate.toFixed(0)}/s, not sent ${dropped}; ${JSON.stringify(answers)}`);
  }
  console.log(`\nserver: ${hashes} hashes, ${queries} statements, ${busy.toFixed(1)} s of processor time`);
}

function tally(texts) {
  const counts = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}

function percent(part, whole) {
  return whole === 0 ? '-' : `${((100 * part) / whole).toFixed(2)}%`;
}

function quantile(list, q) {
  const sorted = list.map(({ ms }) => ms).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? 0;
}

async function statsOf(url) {
  const response = await fetch(`${url}/__stats`);
  return response.json();
}

/** Processor time of the process; read from /proc, so on Linux only. */
function processorTicks(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

function bounded(name, least, most) {
  const number = Number(values[name]);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw new Error(`--${name} is a whole number from ${least} to ${most}`);
}
