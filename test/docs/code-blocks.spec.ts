import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { afterAll, describe, expect, it } from 'vitest';
import { codeBlocks, pages } from './support/markdown';
import { repository } from './support/workspace';

// Below the repository, so that imports find the packages.
const folder = join(repository, '.build', 'doc-blocks');

describe('code blocks of the documentation', () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('compile under strict rules, each by itself', () => {
    // In the read-me files of the packages a block without imports goes on with the one above it.
    const blocks = pages()
      .flatMap(codeBlocks)
      .filter(({ at, code }) => !/^(client|shims)\//.test(at) || code.includes('import '));
    expect(blocks.length).toBeGreaterThan(10);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    // The module that read-me files take the configuration from.
    writeFileSync(
      join(folder, 'nauth.config.ts'),
      `import type { NAuthConfig } from '@nauth-toolkit/nestjs';\nexport declare const config: NAuthConfig;\n`,
    );
    const files = new Map(
      blocks.map((block, index) => {
        const path = join(folder, `block-${index}.ts`);
        // A block without import or export would share its names with all others.
        writeFileSync(path, `${block.code}\nexport {};\n`);
        return [path, block.at];
      }),
    );
    // A block that must not pass, so that a checker that sees nothing is seen.
    const wrong = join(folder, 'wrong.ts');
    writeFileSync(wrong, `import { AuthModule } from '@nauth-toolkit/nestjs';\nAuthModule.forRoot({});\n`);
    files.set(wrong, 'wrong');
    expect(problemsOf(files)).toEqual([expect.stringMatching(/^wrong: /)]);
    // A whole program is compiled.
  }, 180_000);
});

describe('quick starts of the README', () => {
  const quickStarts = codeBlocks('README.md').filter(({ heading }) =>
    ['NestJS', 'Express', 'Fastify'].includes(heading),
  );

  it('are there for all three hosts', () => {
    expect(quickStarts.map(({ heading }) => heading)).toEqual(['NestJS', 'Express', 'Fastify']);
  });

  it.each(quickStarts)('$heading has at most 10 lines besides its imports', ({ code }) => {
    const lines = code.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('import '));
    expect(lines.length).toBeLessThanOrEqual(10);
  });
});

function problemsOf(files: ReadonlyMap<string, string>): string[] {
  const base = ts.readConfigFile(join(repository, 'tsconfig.base.json'), (path) => ts.sys.readFile(path));
  const { options } = ts.convertCompilerOptionsFromJson(
    {
      ...base.config.compilerOptions,
      // Blocks are for CommonJS, for ES modules with top-level await, and for bundlers.
      module: 'esnext',
      moduleResolution: 'bundler',
      lib: ['ES2023', 'ES2024.String', 'DOM', 'DOM.Iterable'],
      noEmit: true,
      declaration: false,
    },
    repository,
  );
  const program = ts.createProgram([...files.keys()], options);
  return [...files].flatMap(([path, at]) => {
    const source = program.getSourceFile(path);
    const found = source
      ? [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)]
      : [];
    return found.map((problem) => `${at}: ${ts.flattenDiagnosticMessageText(problem.messageText, '\n')}`);
  });
}
