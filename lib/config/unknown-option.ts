import { formatPath, isWithin } from './config-path';

/** Options that later versions have. They are refused, not ignored: a host must not believe that they work. */
const PLANNED = [...['social', 'recaptcha', 'apiKeys'], ...['logger.logLevel']];

/** What to say of an option that no schema knows. `known` are the options beside it. */
export function unknownOptionMessage(
  parent: readonly (string | number | symbol)[],
  name: string,
  known: readonly string[],
): string {
  const path = formatPath([...parent, name]);
  if (PLANNED.some((planned) => isWithin(path, planned))) {
    return 'is not supported by this version yet; leave it out';
  }
  const near = closest(name, known);
  return near ? `is not an option; did you mean ${near}?` : 'is not an option; leave it out';
}

function closest(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({
      candidate,
      distance: distance(name.slice(0, 60).toLowerCase(), candidate.toLowerCase()),
    }))
    .filter((entry) => entry.distance <= Math.max(2, Math.floor(entry.candidate.length / 3)))
    .sort((a, b) => a.distance - b.distance);
  return ranked[0]?.candidate;
}

/** Levenshtein distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
