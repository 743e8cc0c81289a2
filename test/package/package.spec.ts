import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packAll, packageFolders, repository, type Tarball } from './tarballs';

const temporary = mkdtempSync(join(tmpdir(), 'nauth-package-'));
let tarballs: Tarball[] = [];

beforeAll(async () => {
  tarballs = await packAll(temporary);
});
afterAll(() => rmSync(temporary, { recursive: true, force: true }));

/** Scripts that npm runs by itself when a package is installed, packed or published (R155). */
const lifecycleScripts =
  /^(pre|post)?(install|prepare|pack|publish|uninstall|version|shrinkwrap)$|^(prepublishOnly|preprepare|postprepare|prepublish|dependencies)$/;

describe.each(packageFolders)('the tarball of %s', (folder) => {
  const tarball = (): Tarball => {
    const found = tarballs.find((candidate) => candidate.folder === folder);
    if (!found) throw new Error(`${folder} was not packed`);
    return found;
  };
  const read = (path: string): string => readFileSync(join(repository, folder, path), 'utf8');

  it('holds compiled code, README, licence and manifest, and nothing else', () => {
    const allowed = /^(dist\/.+\.(js|js\.map|d\.ts)|README\.md|CHANGELOG\.md|LICENSE|package\.json)$/;
    const { paths } = tarball();
    expect(paths.filter((path) => !allowed.test(path))).toEqual([]);
    expect(paths.filter((path) => /\.(spec|contract|fixture|bench)\./.test(path))).toEqual([]);
    expect(paths).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
  });

  it('holds no code whose source is gone', () => {
    const sourceOf = (path: string): string => {
      const source = path.replace(/^dist\//, '').replace(/\.js$/, '.ts');
      if (folder === '.') return join(repository, 'lib', source);
      return folder === 'client' ? join(repository, source) : join(repository, folder, 'src', source);
    };
    const compiled = tarball().paths.filter((path) => path.endsWith('.js'));
    expect(compiled.length).toBeGreaterThan(0);
    expect(compiled.filter((path) => !existsSync(sourceOf(path)))).toEqual([]);
  });

  it('names an entry that is in it', () => {
    const { main, types, exports } = JSON.parse(read('package.json'));
    const entry = exports['.'];
    const named = [main, types, entry.types, entry.default].map((path: string) => path.replace('./', ''));
    expect(named.filter((path) => !tarball().paths.includes(path))).toEqual([]);
  });

  it('runs nothing when it is installed or published (R155)', () => {
    const { scripts = {} } = JSON.parse(read('package.json'));
    expect(Object.keys(scripts).filter((name) => lifecycleScripts.test(name))).toEqual([]);
    expect(tarball().paths).not.toContain('binding.gyp');
  });

  it('names in its types only packages that every user of it has', () => {
    const {
      dependencies = {},
      peerDependencies = {},
      peerDependenciesMeta = {},
    } = JSON.parse(read('package.json'));
    const required = Object.keys(peerDependencies).filter((name) => !peerDependenciesMeta[name]?.optional);
    const known = new Set([...Object.keys(dependencies), ...required]);
    const declarations = tarball().paths.filter((path) => path.endsWith('.d.ts'));
    const foreign = declarations.flatMap((path) =>
      packagesIn(read(path))
        .filter((name) => !known.has(name))
        .map((name) => `${path}: ${name}`),
    );
    expect(foreign).toEqual([]);
  });
});

it('would report a package that leaks into types', () => {
  const text = `/// <reference types="fastify" />
    import type { Pool } from 'pg';
    export * from "ioredis/built";
    export declare const a: import('express').Request;
    import '@scope/name/deep'; import x from './near'; import y from 'node:crypto';
  `;
  expect(packagesIn(text).sort()).toEqual(['@scope/name', 'express', 'fastify', 'ioredis', 'pg']);
});

/** Names of the packages that a declaration file refers to. */
function packagesIn(declaration: string): string[] {
  const { importedFiles, typeReferenceDirectives } = ts.preProcessFile(declaration);
  return [...importedFiles, ...typeReferenceDirectives]
    .map(({ fileName }) => fileName)
    .filter((specifier) => !specifier.startsWith('.') && !specifier.startsWith('node:'))
    .map((specifier) =>
      specifier
        .split('/')
        .slice(0, specifier.startsWith('@') ? 2 : 1)
        .join('/'),
    );
}
