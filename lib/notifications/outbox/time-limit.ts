import { DeliveryError, toDeliveryError } from '../ports/delivery-error';

/** How long a provider may take to say what became of a message after it was told to stop. */
const SETTLE_MS = 500;

/**
 * Lets a provider work for so long, then tells it to stop. A provider that then says what became of the message is
 * believed; of one that does not, nothing is known.
 * @throws {DeliveryError}
 */
export async function withTimeLimit(
  limitMs: number,
  stop: AbortSignal,
  work: (signal: AbortSignal) => Promise<void>,
): Promise<void> {
  if (stop.aborted) throw new DeliveryError('not-sent', 'the application ends');
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  const limit = setTimeout(abort, limitMs);
  stop.addEventListener('abort', abort, { once: true });
  const settled = new AbortController();
  try {
    // A provider may throw as well as reject.
    await Promise.race([(async () => work(controller.signal))(), givenUp(controller.signal, settled.signal)]);
  } catch (error) {
    throw toDeliveryError(error);
  } finally {
    clearTimeout(limit);
    stop.removeEventListener('abort', abort);
    settled.abort();
  }
}

function givenUp(aborted: AbortSignal, settled: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    aborted.addEventListener(
      'abort',
      () => {
        const timer = setTimeout(() => reject(new DeliveryError('unknown', 'no answer in time')), SETTLE_MS);
        settled.addEventListener('abort', () => clearTimeout(timer), { once: true });
      },
      { once: true },
    );
  });
}
