import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { passwordOptions } from '../../../test/support/password-options';
import { AuditRecorder } from '../../audit';
import { NAuthException } from '../../errors';
import { PASSWORD_OPTIONS } from '../password.options';
import { BreachCheck } from './breach-check.service';
import { BREACHED_PASSWORDS, type BreachedPasswords } from './breached-passwords';
import { RangeApiClient } from './range-api.client';

const PASSWORD = 'zebra lake 7';

let events: unknown[];
let warnings: string[];

beforeEach(() => {
  events = [];
  warnings = [];
  vi.spyOn(Logger.prototype, 'warn').mockImplementation((text: unknown) => void warnings.push(String(text)));
});

afterEach(() => vi.restoreAllMocks());

async function checkWith(
  source: BreachedPasswords,
  onFailure: 'allow' | 'refuse',
  preventBreached = true,
): Promise<BreachCheck> {
  const { breachCheck } = passwordOptions();
  const options = passwordOptions({ preventBreached, breachCheck: { ...breachCheck, onFailure } });
  const note = (type: string, entry: object): Promise<number> =>
    Promise.resolve(events.push({ type, ...entry }));
  const audit = { record: note, recordLimited: note };
  const module = await Test.createTestingModule({
    providers: [
      BreachCheck,
      { provide: PASSWORD_OPTIONS, useValue: options },
      { provide: BREACHED_PASSWORDS, useValue: source },
      { provide: AuditRecorder, useValue: audit },
    ],
  }).compile();
  return module.get(BreachCheck);
}

const answering = (found: boolean): BreachedPasswords => ({ has: () => Promise.resolve(found) });
const failing: BreachedPasswords = {
  has: (password) => Promise.reject(new TypeError(`no answer on ${password}`)),
};

describe('BreachCheck', () => {
  it('says what the collection says, and asks it for the password in the form that is hashed', async () => {
    const asked: string[] = [];
    const source = { has: (password: string) => Promise.resolve(asked.push(password) > 0) };
    await expect((await checkWith(source, 'refuse')).isBreached(PASSWORD)).resolves.toBe(true);
    expect(asked).toEqual([PASSWORD]);
    await expect((await checkWith(answering(false), 'refuse')).isBreached(PASSWORD)).resolves.toBe(false);
    expect([events, warnings]).toEqual([[], []]);
  });

  it('asks nobody while it is off', async () => {
    const has = vi.fn(() => Promise.resolve(true));
    await expect((await checkWith({ has }, 'refuse', false)).isBreached(PASSWORD)).resolves.toBe(false);
    expect(has).not.toHaveBeenCalled();
  });

  it("'allow' takes a password that could not be looked up, and records it", async () => {
    await expect((await checkWith(failing, 'allow')).isBreached(PASSWORD, 'u1')).resolves.toBe(false);
    expect(events).toEqual([
      {
        type: 'PASSWORD_BREACH_CHECK_FAILED',
        status: 'INFO',
        userId: 'u1',
        reason: 'taken_unchecked',
      },
    ]);
  });

  it("'refuse' answers 503 instead, and records that", async () => {
    const check = await checkWith(failing, 'refuse');
    const error: unknown = await check.isBreached(PASSWORD).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(NAuthException);
    expect(error).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfter: 5 });
    expect(events).toEqual([
      {
        type: 'PASSWORD_BREACH_CHECK_FAILED',
        status: 'FAILURE',
        userId: undefined,
        reason: 'refused',
      },
    ]);
  });

  it('never writes the password anywhere (R127)', async () => {
    const check = await checkWith(failing, 'allow');
    await check.isBreached(PASSWORD);
    expect(warnings).toHaveLength(1);
    expect(JSON.stringify([events, warnings])).not.toContain(PASSWORD);
  });

  it('treats a collection that throws at once like one that does not answer', async () => {
    const broken: BreachedPasswords = {
      has: () => {
        throw new Error('broken');
      },
    };
    await expect((await checkWith(broken, 'allow')).isBreached(PASSWORD)).resolves.toBe(false);
    expect(events).toHaveLength(1);
  });
});

describe('BreachCheck, time limit', () => {
  let server: Server;

  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  it.each(['allow', 'refuse'] as const)(
    '%s: gives up after 2 s, not later than 2.5 s (R004)',
    async (onFailure) => {
      server = createServer(() => undefined);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      const deaf: BreachedPasswords = { has: () => new Promise(() => undefined) };
      for (const source of [new RangeApiClient(`http://127.0.0.1:${port}/`), deaf]) {
        const check = await checkWith(source, onFailure);
        const sleeper = loopDelay();
        const start = performance.now();
        const outcome = await check.isBreached(PASSWORD).catch((error: NAuthException) => error.code);
        // What the machine kept this process waiting is not the limit's.
        expect(performance.now() - start - sleeper.stop()).toBeLessThan(2500);
        expect(outcome).toBe(onFailure === 'allow' ? false : 'SERVICE_UNAVAILABLE');
      }
      expect(events).toHaveLength(2);
    },
  );
});

/** How late timers of this process were in all, in milliseconds. */
function loopDelay(): { stop(): number } {
  let late = 0;
  let last = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    late += Math.max(0, now - last - 20);
    last = now;
  }, 20);
  return {
    stop: () => {
      clearInterval(timer);
      return late;
    },
  };
}
