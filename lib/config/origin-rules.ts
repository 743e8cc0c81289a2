import type { ProblemReport } from './problem-report';

/** Schemes whose pages never send an origin, or whose content anybody can make. */
const REFUSED_SCHEMES = new Set(['file', 'data', 'blob', 'about', 'javascript', 'ftp', 'ws', 'wss']);
const NATIVE_ORIGIN = /^([a-z][a-z0-9+.-]*):\/\/[a-z0-9.-]+(:\d{1,5})?$/;

/** True for text that is exactly what a browser or a native shell sends as `Origin` (RFC 6454, 6.2). */
export function isExactOrigin(text: string): boolean {
  // WHATWG URLs may have an asterisk in the host; no browser sends one, and nobody who writes it means it.
  if (text.includes('*')) return false;
  if (/^https?:/.test(text)) return URL.canParse(text) && new URL(text).origin === text;
  const scheme = NATIVE_ORIGIN.exec(text)?.[1];
  return scheme !== undefined && !REFUSED_SCHEMES.has(scheme);
}

/** The origins of one option as a set, its wrong elements reported. */
export function originSet(path: string, origins: readonly string[] = [], report: ProblemReport): Set<string> {
  origins.forEach((origin, index) => {
    if (isExactOrigin(origin)) return;
    report.addRule(`${path}[${index}]`, `is not an exact origin: ${originHint(origin)}`);
  });
  return new Set(origins);
}

function originHint(origin: string): string {
  const form = "write scheme, host and port only, in lower case, such as 'https://app.example.com'";
  if (origin === 'null') return `'null' is what every sandboxed page sends; ${form}`;
  if (origin.includes('*')) return `wildcards are not supported, name each origin; ${form}`;
  return form;
}
