import { setTimeout as sleep } from 'node:timers/promises';

/** Within how long every instance has to know of a change (R038). */
export const REVOCATION_MS = 1000;
const POLL_MS = 20;
const GIVE_UP_MS = 5000;

/**
 * To be called when the reply of a change has arrived: how much later, in milliseconds, the last request was sent that was
 * still granted. It is the sending that counts. A machine that stalls makes requests and answers late, but no instance
 * may grant what was sent a second after the change, however late it gets to it; so the bound needs no allowance.
 */
export async function lastGrantAfter(isGranted: () => Promise<boolean>): Promise<number> {
  const start = performance.now();
  let last = 0;
  for (;;) {
    const sent = performance.now() - start;
    const granted = await isGranted();
    if (granted) last = sent;
    if (sent > REVOCATION_MS && (!granted || sent > GIVE_UP_MS)) return last;
    await sleep(POLL_MS);
  }
}
