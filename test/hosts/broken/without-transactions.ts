import { setTimeout as sleep } from 'node:timers/promises';
import type { Surgery } from './break-on-purpose';

type Run = (work: () => Promise<unknown>) => Promise<unknown>;

/** The mistake: what belongs together is written by statements that are committed one by one. */
export function withoutTransactions({ part }: Surgery): void {
  const run: Run = async (work) => {
    const result = await work();
    await sleep(1);
    return result;
  };
  Reflect.set(part('nauth.unitOfWork'), 'run', run);
}
