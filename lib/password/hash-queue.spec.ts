import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { hash } from 'bcrypt';
import { describe, expect, it, vi } from 'vitest';
import { NAuthException } from '../errors';
import { defaultHashConcurrency, HashQueue } from './hash-queue';

function queueOf(concurrency: number, maxQueue = 100, maxWaitMs = 60_000): HashQueue {
  return new HashQueue({ hashing: { concurrency, maxQueue, maxWaitMs } });
}

/** A job that ends when it is told to. */
function gate(): { job: () => Promise<void>; open: () => void } {
  let open: () => void = () => undefined;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { job: () => promise, open };
}

/** A job after which the queue knows how long jobs take. */
async function takes(milliseconds: number, queue: HashQueue): Promise<void> {
  const clock = vi
    .spyOn(performance, 'now')
    .mockReturnValueOnce(1000)
    .mockReturnValueOnce(1000 + milliseconds);
  await queue.run(() => Promise.resolve());
  clock.mockRestore();
}

async function refusal(call: Promise<unknown>): Promise<NAuthException> {
  const error = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof NAuthException)) throw new Error('expected a refusal');
  return error;
}

describe('defaultHashConcurrency', () => {
  it.each([
    [2, 4, 2],
    [8, 4, 2],
    [8, 16, 8],
    [1, 4, 1],
    [4, 1, 1],
    [4, 2, 1],
    [4, 3, 1],
  ])('%i processors and a pool of %i give %i', (cpus, pool, expected) => {
    expect(defaultHashConcurrency(cpus, pool)).toBe(expected);
  });
});

describe('HashQueue', () => {
  it('runs no more jobs at once than allowed, in the order of arrival', async () => {
    const queue = queueOf(2);
    const started: number[] = [];
    let running = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        queue.run(async () => {
          started.push(index);
          running += 1;
          most = Math.max(most, running);
          await sleep(1);
          running -= 1;
        }),
      ),
    );
    expect(most).toBe(2);
    expect(started).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  it('hands a slot on: a newcomer neither overtakes the jobs that wait nor runs beside them', async () => {
    const queue = queueOf(1);
    const order: number[] = [];
    let running = 0;
    let most = 0;
    const job = (index: number) => async (): Promise<void> => {
      order.push(index);
      running += 1;
      most = Math.max(most, running);
      await sleep(1);
      running -= 1;
    };
    const first = queue.run(job(0));
    const rest = [queue.run(job(1)), queue.run(job(2))];
    // The moment at which the first slot is given back.
    await first;
    rest.push(queue.run(job(3)), queue.run(job(4)));
    await Promise.all(rest);
    expect(order).toEqual([0, 1, 2, 3, 4]);
    expect(most).toBe(1);
  });

  it('gives back the result and the error of a job, and frees the slot after either', async () => {
    const queue = queueOf(1);
    await expect(queue.run(() => Promise.resolve(7))).resolves.toBe(7);
    await expect(queue.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(
      queue.run(() => {
        throw new Error('at once');
      }),
    ).rejects.toThrow('at once');
    await expect(queue.run(() => Promise.resolve(8))).resolves.toBe(8);
    expect(queue.length).toBe(0);
  });

  it('refuses a job that finds the queue full, without starting it', async () => {
    const queue = queueOf(1, 2);
    const { job, open } = gate();
    const accepted = [queue.run(job), queue.run(job), queue.run(job)];
    let ran = false;
    const error = await refusal(
      queue.run(async () => {
        ran = true;
      }),
    );
    expect(error.code).toBe('SERVICE_UNAVAILABLE');
    expect(error.getStatus()).toBe(503);
    expect(error.retryAfter).toBe(1);
    open();
    await Promise.all(accepted);
    expect(ran).toBe(false);
    await expect(queue.run(() => Promise.resolve('again'))).resolves.toBe('again');
  });

  it('refuses at once what would wait longer than maxWaitMs, and names the wait in whole seconds', async () => {
    const queue = queueOf(1, 1000, 100);
    await takes(40, queue);
    const { job, open } = gate();
    const outcomes = Array.from({ length: 10 }, () => queue.run(job).then(() => 'ran', refusalCode));
    open();
    const codes = await Promise.all(outcomes);
    expect(codes.slice(0, 3)).toEqual(['ran', 'ran', 'ran']);
    expect(codes.slice(3)).toEqual(Array.from({ length: 7 }, () => 'SERVICE_UNAVAILABLE:1'));
  });

  it('always takes a job while a slot is free, however slow the last ones were', async () => {
    const queue = queueOf(1, 10, 1);
    await takes(30, queue);
    await expect(queue.run(() => Promise.resolve('ok'))).resolves.toBe('ok');
  });

  it('takes urgent jobs first, and every fourth time one of the others', async () => {
    const queue = queueOf(1);
    const order: string[] = [];
    const { job, open } = gate();
    const jobs = [queue.run(job)];
    const add = (name: string, urgent: boolean): void => {
      const note = async (): Promise<void> => void order.push(name);
      jobs.push(queue.run(note, { urgent }));
    };
    for (let i = 1; i <= 3; i += 1) add(`other ${i}`, false);
    for (let i = 1; i <= 7; i += 1) add(`urgent ${i}`, true);
    expect(queue.length).toBe(10);
    open();
    await Promise.all(jobs);
    expect(order).toEqual([
      ...['urgent 1', 'urgent 2', 'urgent 3', 'other 1', 'urgent 4', 'urgent 5', 'urgent 6', 'other 2'],
      ...['urgent 7', 'other 3'],
    ]);
  });

  it('has room for urgent jobs when the line of the others is full, and says so beforehand', async () => {
    const queue = queueOf(1, 2);
    const { job, open } = gate();
    expect(queue.refusalOfStrangers()).toBeUndefined();
    const accepted = [queue.run(job), queue.run(job), queue.run(job)];
    expect(queue.refusalOfStrangers()).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfter: 1 });
    expect((await refusal(queue.run(job))).code).toBe('SERVICE_UNAVAILABLE');
    accepted.push(queue.run(job, { urgent: true }), queue.run(job, { urgent: true }));
    expect((await refusal(queue.run(job, { urgent: true }))).code).toBe('SERVICE_UNAVAILABLE');
    open();
    await Promise.all(accepted);
    expect(queue.refusalOfStrangers()).toBeUndefined();
  });

  it('takes for the wait of an urgent job what is before it, not the length of the other line', async () => {
    const queue = queueOf(1, 1000, 200);
    await queue.run(() => sleep(50));
    const { job, open } = gate();
    const strangers = Array.from({ length: 20 }, () => queue.run(job).then(() => 'ran', refusalCode));
    const owner = queue.run(job, { urgent: true }).then(() => 'ran', refusalCode);
    open();
    expect(await owner).toBe('ran');
    expect((await Promise.all(strangers)).filter((outcome) => outcome !== 'ran').length).toBeGreaterThan(10);
  });

  it('leaves the thread pool usable: a file is read before the waiting hashes are done', async () => {
    const withQueue = await hashesDoneWhenFileIsRead(defaultHashConcurrency(8, 4));
    const withoutCap = await hashesDoneWhenFileIsRead(16);
    expect(withQueue).toBeLessThanOrEqual(4);
    // The measure itself: without a cap, the four threads of the pool reach the file after the hashes.
    expect(withoutCap).toBeGreaterThanOrEqual(10);
  });
});

function refusalCode(error: unknown): string {
  return error instanceof NAuthException ? `${error.code}:${error.retryAfter}` : 'other';
}

async function hashesDoneWhenFileIsRead(concurrency: number): Promise<number> {
  const queue = queueOf(concurrency);
  let done = 0;
  const hashes = Array.from({ length: 16 }, async () => {
    await queue.run(() => hash('correct horse', 10));
    done += 1;
  });
  await readFile(__filename);
  const atRead = done;
  await Promise.all(hashes);
  return atRead;
}
