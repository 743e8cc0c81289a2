import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix, relative, sep } from 'node:path';
import { satisfies } from 'semver';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

// Rules of the repository that ESLint checks as well, checked here by other means: a rule that is misconfigured there
// passes silently.

const root = join(__dirname, '..', '..');

/** Folders of lib/ in the order in which they may import: each from its own layer and from those before it. */
const layers = [
  ['common', 'contracts'],
  ['errors'],
  ['context', 'storage', 'notifications', 'audit', 'hooks', 'shutdown'],
  ['rate-limit', 'lockout', 'users'],
  ['password', 'tokens', 'validation'],
  ['sessions', 'devices'],
  ['challenges'],
  ['verification', 'mfa', 'social', 'risk'],
  ['auth', 'admin'],
  ['pipeline'],
  ['routes'],
  ['nest'],
];
/** Compose from any folder, and are imported by the files directly in lib/ and by lib/headless only. */
const composing = ['config', 'persistence', 'headless'];

interface SourceFile {
  /** From the root of the repository, with slashes. */
  path: string;
  text: string;
  source: ts.SourceFile;
}

const library = sourcesBelow('lib');
const product = [
  ...library,
  ...sourcesBelow('shims/express/src'),
  ...sourcesBelow('shims/fastify/src'),
  ...sourcesBelow('client/src'),
  ...sourcesBelow('sample/01-nestjs/src'),
  ...sourcesBelow('sample/02-express/src'),
  ...sourcesBelow('sample/03-fastify/src'),
  ...sourcesBelow('sample/04-web/src'),
];

describe('import direction', () => {
  it('knows every folder of lib', () => {
    const folders = readdirSync(join(root, 'lib'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    const known = new Set([...layers.flat(), ...composing]);
    expect(folders.map(({ name }) => name).filter((name) => !known.has(name))).toEqual([]);
  });

  it('goes from later folders to earlier ones', () => {
    const wrong = library.flatMap((file) =>
      importsOf(file)
        .filter((target) => !mayImport(file.path, target))
        .map((target) => `${file.path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  it('would report an import against it', () => {
    expect(mayImport('lib/tokens/x.ts', 'lib/sessions/index.ts')).toBe(false);
    expect(mayImport('lib/auth/x.ts', 'lib/config/index.ts')).toBe(false);
    expect(mayImport('lib/common/x.ts', 'lib/core.providers.ts')).toBe(false);
    expect(mayImport('lib/sessions/x.ts', 'lib/tokens/index.ts')).toBe(true);
    expect(mayImport('lib/headless/x.ts', 'lib/config/index.ts')).toBe(true);
  });

  it('leads shims to the public API, and the client to wire types only', () => {
    const wrong = product
      .filter(({ path }) => /^(shims|client|sample)\//.test(path))
      .flatMap((file) => {
        const [top = '', name = ''] = file.path.split('/');
        const own = top === 'client' ? 'client' : `${top}/${name}`;
        const atRunTime = new Set(importsOf(file, { atRunTime: true }));
        return importsOf(file)
          .filter((target) => !target.startsWith(`${own}/`))
          .filter(
            (target) => top !== 'client' || !target.startsWith('lib/contracts/') || atRunTime.has(target),
          )
          .map((target) => `${file.path} imports ${target}`);
      });
    expect(wrong).toEqual([]);
  });

  it('has no cycle', () => {
    const graph = new Map(library.map((file) => [file.path, importsOf(file, { atRunTime: true })]));
    expect(cycleIn(graph)).toBeUndefined();
    expect(
      cycleIn(
        new Map([
          ['a', ['b']],
          ['b', ['a']],
        ]),
      ),
    ).toEqual(['a', 'b', 'a']);
  });
});

describe('code', () => {
  it('has no any, no cast through unknown, no forwardRef and no require inside functions', () => {
    expect(product.flatMap((file) => shortcutsIn(file.path, file.source))).toEqual([]);
  });

  it('would report each of them', () => {
    const text = `
      const a: any = 1; const b = (a as unknown) as string; const c = forwardRef(() => a);
      function d() { return require('x'); }
      // eslint-disable-next-line
    `;
    const source = ts.createSourceFile('x.ts', text, ts.ScriptTarget.ESNext, true);
    expect(shortcutsIn('x.ts', source)).toHaveLength(5);
  });

  it('stands in files of at most 400 lines with names in kebab-case', () => {
    const long = product.filter(({ text }) => text.split('\n').length > 400).map(({ path }) => path);
    const named = /^\d{0,4}-?[a-z][a-z0-9]*(-[a-z0-9]+)*(\.[a-z]+(-[a-z]+)*)*\.ts$/;
    expect(long).toEqual([]);
    expect(product.map(({ path }) => path).filter((path) => !named.test(posix.basename(path)))).toEqual([]);
  });
});

describe('packages', () => {
  const manifests = ['.', 'shims/express', 'shims/fastify', 'client'].map((folder) =>
    readJson(join(folder, 'package.json')),
  );
  const [nestjs, express, fastify] = manifests;

  it('leave out versions with known vulnerabilities (R156)', () => {
    expect(accepts(fastify, 'fastify', ['5.8.4', '4.29.1'])).toEqual([]);
    expect(accepts(fastify, 'fastify', ['5.8.5', '5.12.8'])).toEqual(['5.8.5', '5.12.8']);
    // The middleware bypass of CVE-2026-2293 and the trailing slash of June 2026 (nestjs/nest#17138).
    expect(accepts(nestjs, '@nestjs/platform-fastify', ['11.1.13', '11.1.16', '11.1.26'])).toEqual([]);
    expect(accepts(nestjs, '@nestjs/platform-fastify', ['11.1.27', '12.5.0'])).toEqual(['11.1.27', '12.5.0']);
    expect(accepts(nestjs, 'typeorm', ['0.3.25', '0.3.26'])).toEqual([]);
    expect(accepts(nestjs, 'typeorm', ['1.0.0', '1.1.1'])).toEqual(['1.0.0', '1.1.1']);
    // Express 5 is the first that has body-parser 2; the fixes of body-parser 1.20.3 are in it.
    expect(accepts(express, 'express', ['4.21.2'])).toEqual([]);
  });

  it('run on Node releases with the security fixes of 2026 only (R156)', () => {
    for (const manifest of manifests) {
      const { node } = strings(manifest?.engines);
      const accepted = ['20.19.6', '20.20.0', '22.21.1', '22.22.0', '24.12.0', '24.13.0', '26.0.0'];
      expect(accepted.filter((version) => satisfies(version, node ?? ''))).toEqual([
        '20.20.0',
        '22.22.0',
        '24.13.0',
        '26.0.0',
      ]);
    }
  });

  it('have a lockfile that names no registry', () => {
    const lockfile = readFileSync(join(root, 'package-lock.json'), 'utf8');
    expect(lockfile.match(/"resolved": "[a-z+]+:\/\/[^"]*"/g) ?? []).toEqual([]);
  });

  it('run no script when they are installed', () => {
    const hooks = ['preinstall', 'install', 'postinstall', 'prepare'];
    expect(
      manifests.flatMap((manifest) => hooks.filter((hook) => hook in strings(manifest?.scripts))),
    ).toEqual([]);
  });
});

describe('files that are published or read', () => {
  const text = [
    ...product.map(({ path }) => path),
    ...filesBelow('docs', /\.md$/),
    ...filesBelow('scripts', /\.mjs$/),
    ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'package.json', '.ci/run'],
    ...['01-nestjs', '02-express', '03-fastify'].flatMap((name) => [
      `sample/${name}/README.md`,
      `sample/${name}/package.json`,
      `sample/${name}/tsconfig.json`,
      `sample/${name}/.env.example`,
    ]),
  ].filter((path) => existsSync(join(root, path)));
  const absolute =
    /(?<![\w.~@-])\/(?:home|Users|root|work|mnt|opt|private|srv|tmp|usr|var)\/[\w.-]|\b[A-Z]:\\\w/;

  it('name no absolute path', () => {
    expect(text.length).toBeGreaterThan(100);
    expect(
      text.filter((path) => absolute.test(withoutShebang(readFileSync(join(root, path), 'utf8')))),
    ).toEqual([]);
    expect(absolute.test(`see ${['', 'home', 'ada', 'x'].join('/')}`)).toBe(true);
  });
});

function mayImport(from: string, target: string): boolean {
  const importer = folderOf(from);
  const imported = folderOf(target);
  if (importer === undefined || importer === 'headless' || importer === imported) return true;
  if (imported === undefined) return false;
  if (importer === 'config' || importer === 'persistence')
    return imported !== 'headless' && imported !== 'nest';
  return !composing.includes(imported) && layerOf(imported) <= layerOf(importer);
}

/** The folder of lib that a file is in; undefined for those directly in it. */
function folderOf(path: string): string | undefined {
  const [, folder, ...rest] = path.split('/');
  return rest.length > 0 ? folder : undefined;
}

function layerOf(folder: string): number {
  return layers.findIndex((layer) => layer.includes(folder));
}

/** The files of the repository that a file imports, exports from, or names in an import type. */
function importsOf(file: SourceFile, only: { atRunTime?: boolean } = {}): string[] {
  const specifiers: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      if (!(only.atRunTime && isTypeOnly(node))) specifiers.push(node.moduleSpecifier.text);
    } else if (
      ts.isExportDeclaration(node) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      if (!(only.atRunTime && node.isTypeOnly)) specifiers.push(node.moduleSpecifier.text);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      if (!only.atRunTime && ts.isStringLiteral(node.argument.literal))
        specifiers.push(node.argument.literal.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(file.source);
  return specifiers
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => resolve(file.path, specifier));
}

function isTypeOnly({ importClause }: ts.ImportDeclaration): boolean {
  if (!importClause) return false;
  if (importClause.isTypeOnly) return true;
  const { name, namedBindings } = importClause;
  return (
    !name &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.every((element) => element.isTypeOnly)
  );
}

function resolve(from: string, specifier: string): string {
  const target = posix.join(posix.dirname(from), specifier);
  const found = [`${target}.ts`, `${target}/index.ts`].find((path) => existsSync(join(root, path)));
  if (found === undefined) throw new Error(`${from}: there is no ${specifier}`);
  return found;
}

function cycleIn(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const walk = (node: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(node)) return [...path.slice(path.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const cycle = walk(next, [...path, node]);
      if (cycle) return cycle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const cycle = walk(node, []);
    if (cycle) return cycle;
  }
  return undefined;
}

function shortcutsIn(path: string, source: ts.SourceFile): string[] {
  const found: string[] = [];
  const report = (node: ts.Node, what: string): void => {
    const { line } = source.getLineAndCharacterOfPosition(node.getStart(source));
    found.push(`${path}:${line + 1} ${what}`);
  };
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.AnyKeyword) report(node, 'any');
    if (ts.isIdentifier(node) && node.text === 'forwardRef') report(node, 'forwardRef');
    if (ts.isAsExpression(node) && isCastToUnknown(node.expression)) report(node, 'cast through unknown');
    if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === 'require')
      report(node, 'require');
    ts.forEachChild(node, visit);
  };
  visit(source);
  if (/eslint-disable|@ts-ignore|@ts-nocheck/.test(source.text)) report(source, 'a check turned off');
  return found;
}

function isCastToUnknown(node: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(node)) return isCastToUnknown(node.expression);
  return ts.isAsExpression(node) && node.type.kind === ts.SyntaxKind.UnknownKeyword;
}

/** Sources below a folder, specs apart. */
function sourcesBelow(folder: string): SourceFile[] {
  return filesBelow(folder, /(?<!\.(spec|contract|fixture|d))\.ts$/).map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    return { path, text, source: ts.createSourceFile(path, text, ts.ScriptTarget.ESNext, true) };
  });
}

function filesBelow(folder: string, name: RegExp): string[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && name.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'));
}

function withoutShebang(text: string): string {
  return text.replace(/^#!.*/, '');
}

function accepts(manifest: Record<string, unknown> | undefined, peer: string, versions: string[]): string[] {
  const range = strings(manifest?.peerDependencies)[peer];
  if (range === undefined) throw new Error(`${peer} is no peer`);
  return versions.filter((version) => satisfies(version, range));
}

function readJson(path: string): Record<string, unknown> {
  const value: unknown = JSON.parse(readFileSync(join(root, path), 'utf8'));
  return record(value);
}

function strings(value: unknown): Record<string, string> {
  return Object.fromEntries(Object.entries(record(value ?? {})).map(([key, entry]) => [key, String(entry)]));
}

function record(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error('not an object');
  return Object.fromEntries(Object.entries(value));
}
