import { gzipSync } from 'node:zlib';
import { pathOf, type BodyGenerator, type HostileCase } from './hostile-case';

/** Values for {{name}}. `email` gives a fresh address each time. */
export type Placeholders = Record<string, () => string>;

export interface BuildOptions {
  /** host:port of the server. */
  host: string;
  placeholders: Placeholders;
  /** Which repetition this is. */
  index: number;
  /** Sends a login with `identifier`, as this toolkit calls it, in place of `email`. */
  renameIdentifier: boolean;
}

/** The bytes of one request. */
export function buildRequest(hostile: HostileCase, options: BuildOptions): Buffer {
  const fill = filler(options);
  if (hostile.raw !== undefined) return rawRequest(hostile.raw, hostile, options, fill);
  const body = bodyOf(hostile, options, fill);
  const headers = Object.entries(hostile.headers).map(([name, value]) => `${name}: ${fill(value)}\r\n`);
  const lines = [
    `${hostile.method} ${fill(pathOf(hostile))} HTTP/1.1\r\n`,
    `host: ${options.host}\r\nconnection: close\r\n`,
    ...headers,
    body === undefined ? '' : `content-length: ${body.length}\r\n`,
    '\r\n',
  ];
  return Buffer.concat([Buffer.from(lines.join(''), 'latin1'), body ?? Buffer.alloc(0)]);
}

type Fill = (text: string) => string;

function filler({ placeholders, index }: BuildOptions): Fill {
  const known: Placeholders = { ...placeholders, i: () => String(index), hex: () => index.toString(16) };
  return (text) => text.replace(/\{\{(\w+)\}\}/g, (whole, name: string) => known[name]?.() ?? whole);
}

function rawRequest(
  raw: string,
  hostile: HostileCase,
  { host, renameIdentifier }: BuildOptions,
  fill: Fill,
): Buffer {
  const filled = fill(raw).replaceAll('{path}', pathOf(hostile)).replaceAll('{host}', host);
  const text = renameIdentifier ? filled.replaceAll('"email"', '"identifier"') : filled;
  const body = text.slice(text.indexOf('\r\n\r\n') + 4);
  const length = Buffer.byteLength(body, 'latin1');
  // A length that is written out counts the body as it was before the field got its other name.
  const added = renameIdentifier
    ? length - Buffer.byteLength(filled.slice(filled.indexOf('\r\n\r\n') + 4), 'latin1')
    : 0;
  const sized = text
    .replaceAll('{len}', String(length))
    .replace(
      /^(content-length: )(\d+)/gim,
      (_, name: string, given: string) => `${name}${Number(given) + (raw.includes('{len}') ? 0 : added)}`,
    );
  return Buffer.from(sized, 'latin1');
}

function bodyOf(hostile: HostileCase, { renameIdentifier }: BuildOptions, fill: Fill): Buffer | undefined {
  const rename = (text: string): string =>
    renameIdentifier ? text.replaceAll('"email"', '"identifier"').replace(/^email=/, 'identifier=') : text;
  if (hostile.bodyGen) return generate(hostile.bodyGen, (text) => rename(fill(text)));
  if (hostile.bodyRaw !== undefined) return Buffer.from(rename(fill(hostile.bodyRaw)));
  if (hostile.body === undefined) return undefined;
  return Buffer.from(rename(JSON.stringify(deepFill(hostile.body, fill, new Set(hostile.noTemplate)))));
}

function deepFill(value: unknown, fill: Fill, verbatim: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return fill(value);
  if (Array.isArray(value)) return value.map((entry) => deepFill(entry, fill, verbatim));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, entry]) => [
      key,
      verbatim.has(key) ? entry : deepFill(entry, fill, verbatim),
    ]),
  );
}

function generate(generator: BodyGenerator, fill: Fill): Buffer {
  switch (generator.kind) {
    case 'repeat':
      return text(fill(generator.prefix), generator.unit.repeat(generator.count), fill(generator.suffix));
    case 'nest': {
      const { open, close, depth, inner } = generator;
      return text(
        fill(generator.prefix),
        open.repeat(depth),
        inner,
        close.repeat(depth),
        fill(generator.suffix),
      );
    }
    case 'keys': {
      const keys = Array.from({ length: generator.count }, (_, index) => `"unknown${index}":${index}`);
      return text(fill(generator.prefix), keys.join(','), fill(generator.suffix));
    }
    case 'base64':
      return Buffer.from(generator.data, 'base64');
    case 'gzip-repeat':
      return gzipSync(generator.unit.repeat(generator.count));
  }
}

function text(...parts: string[]): Buffer {
  return Buffer.from(parts.join(''));
}
