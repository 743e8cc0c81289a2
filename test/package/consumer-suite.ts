import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsumerFolder, type ConsumerPlan } from './consumer-folder';
import { packAll } from './tarballs';

const signedIn = { email: 'ada@example.com', withoutToken: 401 };

/** Peers that every project here has. */
export const commonDependencies = {
  'reflect-metadata': '^0.2.2',
  rxjs: '^7.8.2',
  typeorm: '^1.1.1',
  libsql: '^0.5.29',
  '@types/node': '^20.19.0',
};

/**
 * Declares what holds in a user's project. Where the npm registry does not answer it is skipped with a message in its
 * title; with CI=true it runs, and fails.
 */
export function describeConsumer(plan: ConsumerPlan, more: (folder: ConsumerFolder) => void): void {
  const skipped = process.env.CI !== 'true' && !registryAnswers();
  const note = skipped ? ' - SKIPPED: the npm registry does not answer' : '';
  const suite = skipped ? describe.skip : describe;
  if (skipped) console.warn(`Nest ${plan.nest}${note}`);
  suite(`a user's project on Nest ${plan.nest} with the ${plan.shim} shim${note}`, () => {
    const temporary = mkdtempSync(join(tmpdir(), `nauth-nest-${plan.nest}-`));
    const folder = new ConsumerFolder(join(temporary, 'project'), plan);

    beforeAll(async () => {
      await folder.install(await packAll(temporary));
    });
    afterAll(() => rmSync(temporary, { recursive: true, force: true }));

    it('has the versions it was to have, and no driver that it did not ask for', () => {
      for (const name of ['@nestjs/core', '@nestjs/jwt', '@nestjs/typeorm']) {
        expect(folder.installed(name)).toMatch(new RegExp(`^${plan.nest}\\.`));
      }
      const optional = [
        'pg',
        'mysql2',
        'ioredis',
        'better-sqlite3',
        'nodemailer',
        'twilio',
        '@nestjs/platform-fastify',
      ];
      expect(optional.filter((name) => folder.installed(name) !== undefined)).toEqual([]);
      expect(folder.installed('fastify') !== undefined).toBe(plan.shim === 'fastify');
    });

    it('compiles as CommonJS and as ES modules with all types checked', async () => {
      folder.addApplication('nest-app');
      folder.addApplication(`${plan.shim}-app`);
      const { code, stdout } = await folder.compile();
      expect(stdout).toBe('');
      expect(code).toBe(0);
    });

    it.each(['nest-app.cjs', 'nest-app.mjs', `${plan.shim}-app.cjs`, `${plan.shim}-app.mjs`])(
      'signs up, signs in and reads the profile over HTTP: %s',
      async (file) => {
        expect(await folder.runApplication(file)).toEqual(signedIn);
      },
    );

    more(folder);
  });
}

/** Asked while the suites are declared, so without waiting for a promise. */
function registryAnswers(): boolean {
  const args = ['ping', '--fetch-retries', '0', '--fetch-timeout', '10000'];
  return spawnSync('npm', args, { timeout: 20_000, shell: process.platform === 'win32' }).status === 0;
}
