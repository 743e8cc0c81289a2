import { AsyncLocalStorage } from 'node:async_hooks';

/** Stands for the code that runs inside one transaction; `ended` once that transaction is over. */
export interface SerialScope {
  ended: boolean;
}

const scopes = new AsyncLocalStorage<SerialScope | undefined>();

/** The scope of the transaction that the calling code is part of. */
export function currentSerialScope(): SerialScope | undefined {
  const scope = scopes.getStore();
  return scope?.ended ? undefined : scope;
}

/**
 * Runs code that opens a transaction, so that the lock can tell when the same code asks for it a second time. A scope
 * inside a scope is the same one: it would wait for the outer transaction just as well.
 */
export async function runInSerialScope<T>(work: () => Promise<T>): Promise<T> {
  if (currentSerialScope()) return work();
  const scope: SerialScope = { ended: false };
  try {
    return await scopes.run(scope, work);
  } finally {
    scope.ended = true;
  }
}

/** Calls code that does not belong to the running transaction, and so waits for its end like any other. */
export function runOutsideSerialScope<T>(work: () => T): T {
  return scopes.run(undefined, work);
}
