import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { defaultBasePath, defaultEndpoints } from '../../client/src';
import { errorStatus } from '../../lib/errors';
import { routeManifest } from '../../lib/routes';
import { pages, readPage, tableBelow } from './support/markdown';
import { repository } from './support/workspace';

describe('docs/errors.md', () => {
  const current = tableBelow('docs/errors.md', 'Codes of this version');
  const reserved = tableBelow('docs/errors.md', 'Codes of later versions');

  it('lists every code once, with its status', () => {
    const listed = [...current, ...reserved].map(([code, status]) => [code, Number(status)]);
    expect(listed.toSorted()).toEqual(Object.entries(errorStatus).toSorted());
  });

  it('says which of them this version sends', () => {
    const sources = sourcesOf('lib').concat(sourcesOf('shims'));
    // A challenge of later versions has the name of a code.
    const tables = /errors[\\/]error-(status|message)\.ts$|[\\/]contracts[\\/]|challenge-registry\.ts$/;
    const text = sources
      .filter((path) => !tables.test(path))
      .map((path) => withoutComments(readFileSync(path, 'utf8')))
      .join('\n');
    const sent = Object.keys(errorStatus).filter((code) => text.includes(`'${code}'`));
    expect(current.map(([code]) => code).toSorted()).toEqual(sent.toSorted());
  });
});

describe('docs/routes.md', () => {
  it('lists every ready-made route as the manifest has it', () => {
    const listed = tableBelow('docs/routes.md', '').map((cells) => cells.slice(0, 5));
    const manifest = routeManifest.map((route) => [
      route.key,
      `${route.method} ${route.path}`,
      route.group,
      route.access,
      String(route.status),
    ]);
    expect(listed).toEqual(manifest);
  });

  it('lists the fields of every body', () => {
    const listed = tableBelow('docs/routes.md', 'Bodies').map(([key]) => key);
    const withBody = routeManifest
      .filter(({ input }) => input === 'body' || input === 'body-and-params')
      .map((route) => route.key);
    expect(listed).toEqual(withBody);
  });
});

describe('@nauth-toolkit/client', () => {
  it('asks for paths that the ready-made routes have', () => {
    const served = new Set(routeManifest.map((route) => route.path));
    expect(Object.values(defaultEndpoints).filter((path) => !served.has(path))).toEqual([]);
    expect(defaultBasePath).toBe('/auth');
  });
});

describe('links between pages', () => {
  it.each(pages())('%s names files that are there', (page) => {
    const targets = [...readPage(page).matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(
      ([, target]) => target ?? '',
    );
    const folder = dirname(join(repository, page));
    expect(targets.filter((target) => !existsSync(join(folder, target)))).toEqual([]);
  });
});

function sourcesOf(folder: string): string[] {
  return readdirSync(join(repository, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !/\.(spec|contract|d)\.ts$|node_modules|dist/.test(path))
    .map((path) => join(repository, folder, path));
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '');
}
