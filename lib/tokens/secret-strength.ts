const PLACEHOLDER_WORDS =
  /secret|change|password|passwd|please|replace|placeholder|example|default|sample|private|random|string|value|token|access|refresh|super|nauth|your|this|here|test|auth|with|key|jwt|my|me|in|to|of|a|the/g;
const ENOUGH = 16;

/**
 * Why a configured secret cannot be used, or undefined when it can (R036): fewer bytes of UTF-8 than `minBytes`, a
 * placeholder, or text that cannot have come out of a random generator. Never contains the secret.
 */
export function secretProblem(secret: unknown, minBytes: number): string | undefined {
  const fix = `use random bytes: openssl rand -base64 ${minBytes}`;
  if (typeof secret !== 'string' || secret === '')
    return `must be a text of at least ${minBytes} bytes; ${fix}`;
  const bytes = Buffer.byteLength(secret);
  if (bytes < minBytes) return `must have at least ${minBytes} bytes, it has ${bytes}; ${fix}`;
  if (new Set(secret).size < 8) return `has fewer than 8 different characters; ${fix}`;
  if (period(secret) < ENOUGH) return `repeats a short text; ${fix}`;
  if (isPlaceholder(secret)) return `looks like a placeholder; ${fix}`;
  return undefined;
}

/** Length of the shortest text that the secret is a repetition of. */
function period(text: string): number {
  return (text + text).indexOf(text, 1);
}

/** True when less than a key's worth is left after the words that placeholders are made of. */
function isPlaceholder(secret: string): boolean {
  const letters = secret.toLowerCase().replace(/[\s._-]+/g, '');
  return letters.replace(PLACEHOLDER_WORDS, '').length < ENOUGH;
}
