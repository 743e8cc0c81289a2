// npm run bench [-- requests]: what the toolkit costs on each host, as processor time of the server per request. All
// figures of a host come from one process and one run; compare the ratios, not the microseconds. Linux only, as the
// processor time is read from /proc.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const requests = Number(process.argv[2] ?? 6000);
const ROUNDS = 3;
const CONNECTIONS = 16;
const TICKS_PER_SECOND = 100;
const hosts = ['nest-express', 'nest-fastify', 'express', 'fastify'];
const account = { email: 'bench@example.com', password: 'correct horse battery staple' };

const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
const folder = mkdtempSync(join(tmpdir(), 'nauth-bench-'));
try {
  console.log(
    `${requests} requests a round, best of ${ROUNDS} rounds, microseconds of server time per request\n`,
  );
  console.log('host          bare   public  guarded  refresh   public/bare  guarded/bare');
  for (const host of hosts) await measure(host);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measure(host) {
  const config = join(folder, `${host}.json`);
  const database = { type: 'sqlite', url: join(folder, `${host}.sqlite`) };
  writeFileSync(
    config,
    JSON.stringify({ database, storage: { type: 'memory' }, password: { bcryptCost: 4 } }),
  );
  const server = spawn(
    process.execPath,
    ['scripts/serve.mjs', '--host', host, '--port', '0', '--config', config],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  try {
    const [line] = await once(createInterface({ input: server.stdout }));
    const { url, pid } = JSON.parse(line);
    const { body } = await call(url, 'POST', '/auth/signup', {}, account);
    const bearer = { authorization: `Bearer ${body.accessToken}` };
    let refreshToken = body.refreshToken;
    const kinds = {
      bare: () => call(url, 'GET', '/bare'),
      public: () => call(url, 'GET', '/public'),
      guarded: () => call(url, 'GET', '/auth/profile', bearer),
    };
    const best = {};
    for (const work of Object.values(kinds)) await load(work, 500, CONNECTIONS);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const [kind, work] of Object.entries(kinds)) {
        const cost = await costOf(pid, () => load(work, requests, CONNECTIONS), requests);
        best[kind] = Math.min(best[kind] ?? Infinity, cost);
      }
    }
    const turns = Math.round(requests / 6);
    const rotate = async () => {
      const answer = await call(url, 'POST', '/auth/refresh', {}, { refreshToken });
      refreshToken = answer.body.refreshToken;
    };
    best.refresh = await costOf(pid, () => load(rotate, turns, 1), turns);
    const cells = [best.bare, best.public, best.guarded, best.refresh].map((cost) =>
      cost.toFixed(0).padStart(7),
    );
    const ratios = [best.public, best.guarded].map((cost) => (cost / best.bare).toFixed(2).padStart(12));
    console.log(`${host.padEnd(12)} ${cells.join('  ')}  ${ratios.join('  ')}`);
  } finally {
    server.kill('SIGTERM');
    await once(server, 'exit');
  }
}

/** Processor time of the process during the work, in microseconds per request. */
async function costOf(pid, work, count) {
  const before = processorTicks(pid);
  await work();
  return ((processorTicks(pid) - before) / TICKS_PER_SECOND / count) * 1e6;
}

function processorTicks(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

async function load(work, count, connections) {
  let started = 0;
  const worker = async () => {
    while (started < count) {
      started += 1;
      await work();
    }
  };
  await Promise.all(Array.from({ length: connections }, worker));
}

function call(url, method, path, headers = {}, body) {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const type =
      payload === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) };
    const sent = request(`${url}${path}`, { method, agent, headers: { ...type, ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => {
        if (response.statusCode >= 400)
          reject(new Error(`${method} ${path}: ${response.statusCode} ${text}`));
        else resolve({ status: response.statusCode, body: text.startsWith('{') ? JSON.parse(text) : text });
      });
    });
    sent.on('error', reject);
    sent.end(payload);
  });
}

function once(emitter, event = 'line') {
  return new Promise((resolve, reject) => {
    emitter.once(event, (...values) => resolve(values));
    if (event === 'line') emitter.once('close', () => reject(new Error('the host did not start')));
  });
}
