import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { configSchema } from './config.schema';
import { NAuthConfigError, resolveConfig } from './index';
import { leafPaths } from './schema-tree';
import { databaseAddressSchema } from './sections/database.schema';

const page = readFileSync(join(__dirname, '../../docs/configuration.md'), 'utf8');
const jwt = {
  accessToken: { secret: 'pG0vT9bRk2xWq7LzYc4mHd8sNf3jUa1e' },
  refreshToken: { secret: 'Zr5uE8oXi1tBv6KwQn9yCj2gMl7hDs4p' },
};

const options = [
  ...leafPaths(configSchema).filter((path) => path !== 'database'),
  ...leafPaths(databaseAddressSchema, 'database'),
];
const rows = [...page.matchAll(/^\| `([^`]+)` *\|.*\| ([^|]+?) *\|$/gm)].map(([, path = '', cell = '']) => ({
  path,
  cell,
}));
/** Defaults that are written as a value, such as `'15m'` or `5`. */
const literals = rows.flatMap(({ path, cell }) => {
  const literal = /^`('[^`]*'|\d+|true|false|\[.*\])`$/.exec(cell)?.[1];
  return literal === undefined
    ? []
    : [{ path, value: runInNewContext(`JSON.stringify(${literal})`) as string }];
});

function withOption(path: string, value: unknown): unknown {
  const config: Record<string, unknown> = structuredClone({ jwt });
  const keys = path.split('.');
  let node = config;
  for (const key of keys.slice(0, -1)) node = (node[key] ??= {}) as Record<string, unknown>;
  node[keys.at(-1) ?? ''] = value;
  return config;
}

describe('docs/configuration.md', () => {
  it('has a row for every option, one only, and for nothing else', () => {
    expect(rows.map(({ path }) => path).sort()).toEqual([...options].sort());
  });

  it.each(literals)('tells the default of $path truthfully: $value', ({ path, value }) => {
    const env = { production: false };
    const explicit = resolveConfig(withOption(path, JSON.parse(value)), env);
    expect(explicit).toEqual(resolveConfig({ jwt }, env));
  });

  it('tells most defaults as values', () => expect(literals.length).toBeGreaterThan(30));

  it('shows the error that the configuration it speaks of really gives', () => {
    const shown = /```text\n(nauth-toolkit: [^`]*?)\n```/.exec(page)?.[1];
    const input = {
      jwt: { ...jwt, accessToken: { secret: 'too-short' } },
      password: { minLenght: 8 },
      session: { maxConcurrent: 'five' },
    };
    expect(() => resolveConfig(input, { production: false })).toThrow(NAuthConfigError);
    expect(() => resolveConfig(input, { production: false })).toThrow(
      expect.objectContaining({ message: shown }),
    );
  });
});
