import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run, type RunResult } from './run';
import type { Tarball } from './tarballs';

/** A user's project: the versions it is made of, and which applications it runs. */
export interface ConsumerPlan {
  nest: 11 | 12;
  shim: 'express' | 'fastify';
  dependencies: Record<string, string>;
}

const compilerOptions = {
  module: 'nodenext',
  target: 'ES2023',
  strict: true,
  skipLibCheck: false,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  esModuleInterop: true,
  noEmitOnError: true,
};

/** One folder with the packed packages and their peers installed from the npm registry. */
export class ConsumerFolder {
  constructor(
    readonly path: string,
    readonly plan: ConsumerPlan,
  ) {}

  /** Writes the project and installs it. */
  async install(tarballs: readonly Tarball[]): Promise<void> {
    const chosen = tarballs.filter(
      ({ name }) => (!name.endsWith('express') && !name.endsWith('fastify')) || name.endsWith(this.plan.shim),
    );
    const own = Object.fromEntries(chosen.map(({ name, file }) => [name, `file:${file}`]));
    mkdirSync(join(this.path, 'src'), { recursive: true });
    this.write('package.json', {
      name: 'consumer',
      version: '1.0.0',
      private: true,
      dependencies: { ...own, ...this.plan.dependencies },
    });
    const args = [
      'install',
      '--no-audit',
      '--no-fund',
      '--prefer-offline',
      '--fetch-retries',
      '1',
      '--loglevel',
      'error',
    ];
    await run('npm', args, { cwd: this.path });
  }

  /** Puts one source file into the project as a CommonJS and as an ES module. */
  addApplication(name: string): void {
    const text = readFileSync(join(__dirname, 'consumer', `${name}.ts`), 'utf8');
    for (const extension of ['cts', 'mts']) {
      writeFileSync(join(this.path, 'src', `${name}.${extension}`), text);
    }
  }

  /** Compiles the applications into build/, with every declaration file checked. */
  compile(): Promise<RunResult> {
    this.write('tsconfig.apps.json', {
      compilerOptions: { ...compilerOptions, types: ['node'], rootDir: 'src', outDir: 'build' },
      include: ['src/*.cts', 'src/*.mts'],
    });
    return this.tool('typescript/bin/tsc', ['-p', 'tsconfig.apps.json']);
  }

  /** Checks a web page's use of the client, where neither Node's types nor Nest are to be had. */
  checkWebPage(): Promise<RunResult> {
    this.write('src/page.ts', "export * from '@nauth-toolkit/client';\n");
    this.write('tsconfig.page.json', {
      compilerOptions: {
        ...compilerOptions,
        module: 'esnext',
        moduleResolution: 'bundler',
        lib: ['ES2023', 'DOM'],
        types: [],
        noEmit: true,
      },
      files: ['src/page.ts'],
    });
    return this.tool('typescript/bin/tsc', ['-p', 'tsconfig.page.json']);
  }

  /** Runs a compiled application to its end and gives what it printed. */
  async runApplication(file: string): Promise<unknown> {
    const { stdout } = await run(process.execPath, [join('build', file)], {
      cwd: this.path,
      timeout: 60_000,
    });
    const printed: unknown = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
    return printed;
  }

  /** Runs a tool that is installed here. */
  tool(script: string, args: string[]): Promise<RunResult> {
    const path = join(this.path, 'node_modules', script);
    return run(process.execPath, [path, ...args], { cwd: this.path, mayFail: true });
  }

  /** The installed version of a package; undefined where it is not installed. */
  installed(name: string): string | undefined {
    try {
      const manifest: { version: string } = JSON.parse(
        readFileSync(join(this.path, 'node_modules', name, 'package.json'), 'utf8'),
      );
      return manifest.version;
    } catch {
      return undefined;
    }
  }

  /** A text as it is, anything else as JSON. */
  write(file: string, content: string | object): void {
    const text = typeof content === 'string' ? content : `${JSON.stringify(content, undefined, 2)}\n`;
    writeFileSync(join(this.path, file), text);
  }
}
