import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const lib = join(__dirname, '..', '..', '..', 'lib');

describe('SignInGate', () => {
  it('is the only user of SessionOpener: no session is opened around it', () => {
    const users = readdirSync(lib, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'))
      .filter((path) => readFileSync(join(lib, path), 'utf8').includes('SessionOpener'))
      .map((path) => relative('.', path))
      .sort();
    expect(users).toEqual([
      'challenges/sign-in-gate.service.ts',
      'core.providers.ts',
      'sessions/session-opener.service.ts',
    ]);
  });
});
