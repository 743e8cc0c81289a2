import { toCleanText } from '../common';

export type PathKey = string | number | symbol;

/** The path of an option as the host writes it: `a.b[0]["odd key"]`, always one line of bounded length. */
export function formatPath(keys: readonly PathKey[]): string {
  const text = keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    const name = toCleanText(String(key), 60);
    if (!/^[A-Za-z0-9_$-]+$/.test(name)) return `${path}[${JSON.stringify(name)}]`;
    return path === '' ? name : `${path}.${name}`;
  }, '');
  return text === '' ? 'configuration' : text;
}

/** True when `path` is `ancestor` or lies below it. Everything lies below `configuration`. */
export function isWithin(path: string, ancestor: string): boolean {
  if (ancestor === 'configuration' || path === ancestor) return true;
  return path.startsWith(ancestor) && /^[.[]/.test(path.slice(ancestor.length));
}
