/**
 * What went wrong, as text and error code alone. ioredis hangs the command with its arguments on its errors, among them
 * stored values and, for a refused AUTH, the password; none of that may reach a log (R127).
 */
export function plainError(error: unknown): Error {
  const plain = new Error(textOf(error));
  const code: unknown = property(error, 'code');
  return typeof code === 'string' ? Object.assign(plain, { code }) : plain;
}

function textOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error';
  // An unknown command is refused together with what it was given.
  const text = error.message.replace(/, with args beginning with.*$/s, '') || nameOf(error);
  const ofNode: unknown = property(error, 'lastNodeError');
  return ofNode instanceof Error ? `${text} ${textOf(ofNode)}` : text;
}

/** A host name with several addresses that all refuse gives an AggregateError without text. */
function nameOf(error: Error): string {
  const code: unknown = property(error, 'code');
  return typeof code === 'string' ? code : error.name;
}

function property(error: unknown, name: string): unknown {
  return typeof error === 'object' && error !== null ? Reflect.get(error, name) : undefined;
}
