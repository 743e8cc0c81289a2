import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort, startApplication, type Application } from './support/application';
import { send, text } from './support/http';
import { codeBlocks } from './support/markdown';
import { buildPackages, repository } from './support/workspace';

// Below the repository, so that imports find the packages; they are loaded as an application does, from dist.
const folder = join(repository, '.build', 'quick-starts');

const quickStarts = [
  ...['NestJS', 'Express', 'Fastify'].map((heading) => ({ page: 'README.md', heading })),
  ...['nestjs', 'express', 'fastify'].map((host) => ({
    page: `docs/quick-start-${host}.md`,
    heading: 'The application',
  })),
];

describe('quick starts', () => {
  let workingDirectory: string;
  let application: Application | undefined;

  beforeAll(async () => {
    await buildPackages();
    mkdirSync(folder, { recursive: true });
    workingDirectory = await mkdtemp(join(tmpdir(), 'nauth-quick-start-'));
  });
  afterEach(async () => {
    await application?.stop();
    application = undefined;
    rmSync(join(workingDirectory, 'nauth.sqlite'), { force: true });
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
    await rm(workingDirectory, { recursive: true, force: true });
  });

  it.each(quickStarts)('$page, $heading: signs up, in, and reads the profile', async ({ page, heading }) => {
    const port = await freePort();
    const script = compile(page, heading, port);
    const database = join(workingDirectory, `${port}.sqlite`);
    application = await startApplication(script, {
      cwd: workingDirectory,
      port,
      env: { DATABASE_FILE: database },
    });
    const { url } = application;
    const credentials = { email: 'ada@example.com', password: 'correct horse battery staple' };

    const signup = await send('POST', `${url}/auth/signup`, { body: credentials });
    expect([signup.status, signup.body.user]).toEqual([
      201,
      expect.objectContaining({ email: 'ada@example.com' }),
    ]);
    const login = await send('POST', `${url}/auth/login`, {
      body: { identifier: credentials.email, password: credentials.password },
    });
    expect(login.status).toBe(200);
    const profile = await send('GET', `${url}/auth/profile`, { token: text(login, 'accessToken') });
    expect([profile.status, profile.body.email]).toEqual([200, 'ada@example.com']);
    const stranger = await send('GET', `${url}/auth/profile`);
    expect([stranger.status, stranger.body.code]).toEqual([401, 'AUTH_TOKEN_MISSING']);
    const nonsense = await send('POST', `${url}/auth/login`, { body: { name: 'ada' } });
    expect([nonsense.status, nonsense.body.code]).toEqual([400, 'VALIDATION_FAILED']);
  });
});

/** The block below a heading as a CommonJS file that listens on another port than the documentation says. */
function compile(page: string, heading: string, port: number): string {
  const block = codeBlocks(page).find((candidate) => candidate.heading === heading);
  if (!block?.code.includes('3000')) throw new Error(`${page} has no quick start below ${heading}`);
  const { outputText } = ts.transpileModule(block.code.replace('3000', String(port)), {
    compilerOptions: {
      target: ts.ScriptTarget.ES2023,
      module: ts.ModuleKind.CommonJS,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      useDefineForClassFields: false,
      esModuleInterop: true,
    },
  });
  const path = join(folder, `quick-start-${port}.js`);
  writeFileSync(path, outputText);
  return path;
}
