import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from './workspace';

export interface CodeBlock {
  /** File and line of the block. */
  at: string;
  /** The heading above it. */
  heading: string;
  code: string;
}

/** Every page for users: the read-me files of the repository and of its packages, and the pages of docs/. */
export function pages(): string[] {
  const docs = readdirSync(join(repository, 'docs')).filter((name) => name.endsWith('.md'));
  const packages = ['client', 'shims/express', 'shims/fastify'];
  return [
    'README.md',
    ...packages.map((folder) => `${folder}/README.md`),
    ...docs.map((name) => `docs/${name}`),
  ];
}

export function readPage(page: string): string {
  return readFileSync(join(repository, page), 'utf8');
}

/** The TypeScript blocks of a page. */
export function codeBlocks(page: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let heading = '';
  let open: { language: string; line: number; lines: string[] } | undefined;
  readPage(page)
    .split('\n')
    .forEach((line, index) => {
      const fence = /^```(\w*)/.exec(line);
      if (open && fence) {
        if (open.language === 'ts')
          blocks.push({ at: `${page}:${open.line}`, heading, code: open.lines.join('\n') });
        open = undefined;
      } else if (open) {
        open.lines.push(line);
      } else if (fence) {
        open = { language: fence[1] ?? '', line: index + 1, lines: [] };
      } else if (line.startsWith('#')) {
        heading = line.replace(/^#+ /, '');
      }
    });
  if (open) throw new Error(`${page}: the code block of line ${open.line} has no end`);
  return blocks;
}

/** The rows of the first table below a heading, each with its cells; code marks are taken off. */
export function tableBelow(page: string, heading: string): string[][] {
  const [, below] = readPage(page).split(`\n## ${heading}\n`);
  const source = heading === '' ? readPage(page) : below;
  if (source === undefined) throw new Error(`${page} has no heading ${heading}`);
  const lines = source.split('\n');
  const start = lines.findIndex((line) => line.startsWith('|'));
  const end = lines.findIndex((line, index) => index > start && !line.startsWith('|'));
  return lines.slice(start + 2, end === -1 ? undefined : end).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replace(/`/g, '')),
  );
}
