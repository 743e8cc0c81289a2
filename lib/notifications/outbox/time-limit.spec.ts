import { describe, expect, it } from 'vitest';
import { DeliveryError } from '../ports/delivery-error';
import { withTimeLimit } from './time-limit';

const never = new AbortController().signal;

async function outcome(work: Promise<void>): Promise<string> {
  const error: unknown = await work.catch((thrown: unknown) => thrown);
  return error instanceof DeliveryError ? `${error.outcome}: ${error.reason}` : String(error);
}

describe('withTimeLimit', () => {
  it('hands on what became of the message', async () => {
    expect(await outcome(withTimeLimit(1000, never, () => Promise.resolve()))).toBe('undefined');
    const refused = (): Promise<void> => Promise.reject(new DeliveryError('refused', 'SMTP 550'));
    expect(await outcome(withTimeLimit(1000, never, refused))).toBe('refused: SMTP 550');
  });

  it('takes a provider that throws for one that rejects', async () => {
    const thrown = withTimeLimit(1000, never, () => {
      throw new RangeError('ada@example.com');
    });
    expect(await outcome(thrown)).toBe('not-sent: RangeError');
  });

  it('stops one that takes too long, and believes what it then says', async () => {
    const obedient = withTimeLimit(
      20,
      never,
      (signal) =>
        new Promise((_, reject) => {
          signal.addEventListener('abort', () => reject(new DeliveryError('not-sent', 'stopped')));
        }),
    );
    expect(await outcome(obedient)).toBe('not-sent: stopped');
  });

  it('knows nothing of the message of one that says nothing', async () => {
    expect(await outcome(withTimeLimit(20, never, () => new Promise(() => undefined)))).toBe(
      'unknown: no answer in time',
    );
  });

  it('stops when the application ends, and begins nothing afterwards', async () => {
    const end = new AbortController();
    const running = withTimeLimit(60_000, end.signal, () => new Promise(() => undefined));
    end.abort();
    expect(await outcome(running)).toBe('unknown: no answer in time');
    let began = false;
    const late = withTimeLimit(60_000, end.signal, () => Promise.resolve(void (began = true)));
    expect([await outcome(late), began]).toEqual(['not-sent: the application ends', false]);
  });
});
