// npm start: installs and builds what is missing, gives the NestJS sample secrets of its own, starts it on its SQLite
// file, and prints its address with a request to try. PORT, HOST and DATABASE_URL are passed on to the sample.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { build, buildSample, ensureInstalled, fail, root } from './setup.mjs';

const sample = '01-nestjs';
const folder = join(root, 'sample', sample);

ensureInstalled();
await build('tsconfig.lib.json');
await buildSample(sample);
writeSecrets(join(folder, '.env'));

const host = process.env.HOST ?? '127.0.0.1';
const port = process.env.PORT ?? String(await freePort(3000));
const server = spawn(process.execPath, ['dist/main.js'], {
  cwd: folder,
  stdio: ['ignore', 'inherit', 'inherit'],
  env: { ...process.env, HOST: host, PORT: port },
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill(signal));
server.once('exit', (code) => process.exit(code ?? 0));

await answering(`http://${host}:${port}/greeting`);
printHelp(`http://${host}:${port}`);

/** Random secrets, once: with other secrets every token issued so far would be refused. */
function writeSecrets(path) {
  if (existsSync(path)) return;
  const names = ['ACCESS_TOKEN_SECRET', 'REFRESH_TOKEN_SECRET', 'ENCRYPTION_SECRET'];
  const lines = names.map((name) => `${name}=${randomBytes(32).toString('base64url')}\n`);
  writeFileSync(path, lines.join(''), { mode: 0o600 });
  console.log(`> wrote sample/${sample}/.env with new random secrets`);
}

/** The preferred port, or any free one when something else listens there. */
function freePort(preferred) {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => (preferred === 0 ? reject(error) : resolve(freePort(0))));
    probe.listen(preferred, host, () => {
      const { port: found } = probe.address();
      probe.close(() => resolve(found));
    });
  });
}

/** Waits until the server answers at all; without a token that answer is 401. */
async function answering(url) {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  server.kill();
  fail('the sample did not answer within 60 s');
}

function printHelp(address) {
  // A new address at each start, as the sample keeps its accounts.
  const email = `ada.${Date.now().toString(36)}@example.com`;
  const body = JSON.stringify({ email, password: 'correct horse battery staple' });
  console.log(`
The NestJS sample runs at ${address} (Ctrl+C ends it). Create an account:

curl -X POST ${address}/auth/signup -H 'Content-Type: application/json' -d '${body}'

The answer holds a session. The code from the e-mail is printed below; give both:

curl -X POST ${address}/auth/respond-challenge -H 'Content-Type: application/json' \\
  -d '{"type":"VERIFY_EMAIL","session":"<session>","code":"<code>"}'

The answer holds an accessToken. Use it:

curl ${address}/greeting -H 'Authorization: Bearer <accessToken>'
`);
}
