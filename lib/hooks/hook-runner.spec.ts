import { ForbiddenException, HttpException, Logger, type LoggerService } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UnitOfWork } from '../common';
import { ContextStorage } from '../context';
import { NAuthException } from '../errors';
import {
  HookRegistry,
  HookRunner,
  type BeforeLoginPayload,
  type HookEvent,
  type HookHandler,
  type HookHandlers,
} from '.';

const CANARY = 'canary@example.com';
const MINUTE = 60_000;

/** Everything that was logged, as it would be printed. */
let logged: string[] = [];
const note = (...parts: unknown[]): void => void logged.push(parts.map(String).join('\n'));
const logger: LoggerService = { log: note, error: note, warn: note };

beforeEach(() => {
  logged = [];
  Logger.overrideLogger(logger);
});
afterEach(() => Logger.overrideLogger(['log', 'error', 'warn']));

/** No unit is running: what comes after one comes at once. */
const noUnit: UnitOfWork = {
  run: (work) => work(),
  afterCommit: (notice) => notice(),
  isRunning: false,
  afterUnit: (task) => task(),
  outside: (work) => work(),
};

const user: BeforeLoginPayload['user'] = {
  sub: 'u1',
  email: CANARY,
  username: null,
  firstName: null,
  lastName: null,
  phone: null,
  isEmailVerified: false,
  isPhoneVerified: false,
  isActive: true,
  socialProviders: [],
  hasPasswordHash: true,
  timezone: null,
  locale: null,
  metadata: { nested: { list: [1] } },
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  sessionAuthMethod: null,
};
const login = (): BeforeLoginPayload => ({ user, authMethod: 'password' });
const session = () => ({ ...login(), sessionId: 's1', isSignup: false });

function setUp(handlers: HookHandlers & { timeoutMs?: number } = {}) {
  const { timeoutMs = MINUTE, beforeLogin, afterLogin, beforeSignup } = handlers;
  const list = <T>(given: T | T[] | undefined): T[] => (given === undefined ? [] : ([given].flat() as T[]));
  const options = {
    timeoutMs,
    handlers: {
      beforeLogin: list(beforeLogin),
      afterLogin: list(afterLogin),
      beforeSignup: list(beforeSignup),
    },
  };
  const context = new ContextStorage({ now: () => 0 });
  const registry = new HookRegistry(options);
  return { registry, runner: new HookRunner(registry, noUnit, context, options) };
}

async function refusalOf(handler: HookHandler<'beforeLogin'>, timeoutMs?: number): Promise<NAuthException> {
  const { runner } = setUp({ beforeLogin: handler, timeoutMs });
  const thrown: unknown = await runner.before('beforeLogin', login)?.catch((error: unknown) => error);
  if (!(thrown instanceof NAuthException)) throw new Error(`not refused: ${String(thrown)}`);
  return thrown;
}

const never = (): Promise<void> => new Promise(() => undefined);
const turns = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
class OwnError extends Error {}

const failures: [string, HookHandler<'beforeLogin'> & HookHandler<'afterLogin'>, RegExp][] = [
  [
    'throws',
    (event) => {
      throw new OwnError(event.user.email);
    },
    /threw OwnError\n\s+at /,
  ],
  ['rejects', (event) => Promise.reject(new OwnError(event.user.email)), /threw OwnError\n\s+at /],
  [
    'throws a text',
    (event) => {
      throw event.user.email;
    },
    /threw a value of type string/,
  ],
  ['rejects with nothing', () => Promise.reject(), /threw a value of type undefined/],
  [
    'throws an error of a server',
    () => {
      throw new HttpException('x', 502);
    },
    /threw HttpException/,
  ],
  [
    'throws the status of another server',
    () => {
      throw Object.assign(new Error('x'), { status: 403, statusCode: 403 });
    },
    /threw Error/,
  ],
  [
    'throws a redirect',
    () => {
      throw new HttpException('x', 302);
    },
    /threw HttpException/,
  ],
  [
    'returns a promise-like that throws',
    () => ({
      then: () => {
        throw new OwnError(CANARY);
      },
    }),
    /threw OwnError/,
  ],
  [
    'has an error without a stack',
    () => {
      throw Object.assign(new OwnError(CANARY), { stack: 5 });
    },
    /threw something that cannot be described/,
  ],
  [
    'throws an error that cannot be looked at',
    () => {
      const hidden = {
        get: () => {
          throw new OwnError(CANARY);
        },
      };
      throw Object.defineProperties(new HttpException('x', 403), { getStatus: hidden, constructor: hidden });
    },
    /threw something that cannot be described/,
  ],
  [
    'throws an error whose message looks like a stack',
    (event) => {
      throw new OwnError(`x\n    at ${event.user.email}`);
    },
    /threw OwnError\n\s+at /,
  ],
];

describe('a before hook', () => {
  it.each(failures)(
    'that %s is answered 503 and logged without what it was given',
    async (_, handler, text) => {
      expect(await refusalOf(handler)).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfter: 1 });
      expect(logged).toHaveLength(1);
      expect(logged[0]).toMatch(text);
      expect(logged[0]).toContain('Hook beforeLogin, hooks.beforeLogin[0]');
      expect(logged[0]).not.toContain(CANARY);
    },
  );

  it('that hangs is answered 503 at the time limit, and sees the limit', async () => {
    let signal: AbortSignal | undefined;
    const handler: HookHandler = (_, context) => {
      signal = context.signal;
      return never();
    };
    expect(await refusalOf(handler, 20)).toMatchObject({ code: 'SERVICE_UNAVAILABLE', retryAfter: 1 });
    expect(signal?.aborted).toBe(true);
    expect(logged).toEqual([expect.stringContaining('did not end within its time limit')]);
  });

  it('that is still at work when another one is asked shares the limit with it', async () => {
    let asked = false;
    const { runner } = setUp({ timeoutMs: 20, beforeLogin: [never, () => void (asked = true)] });
    await expect(runner.before('beforeLogin', login)).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(asked).toBe(false);
  });

  it('that fails after the time limit ends nothing but is logged', async () => {
    const handler: HookHandler = (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new OwnError(CANARY)));
      });
    expect((await refusalOf(handler, 20)).code).toBe('SERVICE_UNAVAILABLE');
    await turns();
    expect(logged).toHaveLength(2);
    expect(logged.filter((text) => text.includes('threw OwnError after its time limit'))).toHaveLength(1);
    expect(logged.join()).not.toContain(CANARY);
  });

  it.each([
    undefined,
    null,
    true,
    false,
    0,
    'granted',
    { allow: true },
    Symbol('x'),
    new Error('x'),
    () => false,
  ])('that returns %s has said nothing', async (value) => {
    for (const answer of [value, Promise.resolve(value)]) {
      const { runner } = setUp({ beforeLogin: () => answer });
      await expect(runner.before('beforeLogin', login)).resolves.toBeUndefined();
    }
    expect(logged).toEqual([]);
  });

  it('refuses with the coded exception that it throws', async () => {
    const refusal = new NAuthException('AUTH_ACCOUNT_LOCKED', { message: 'ask your administrator' });
    expect(await refusalOf(() => Promise.reject(refusal))).toBe(refusal);
    expect(logged).toEqual([]);
  });

  it.each([
    [400, 'VALIDATION_FAILED', 'VALIDATION_FAILED'],
    [403, 'FORBIDDEN', 'SIGNUP_NOT_ALLOWED'],
    [402, 'FORBIDDEN', 'SIGNUP_NOT_ALLOWED'],
    [429, 'FORBIDDEN', 'SIGNUP_NOT_ALLOWED'],
  ])('refuses with the text of an exception of Nest: %i', async (status, atLogin, atSignup) => {
    const handler = (): never => {
      throw new HttpException('not today', status);
    };
    expect(await refusalOf(handler)).toMatchObject({ code: atLogin, message: 'not today' });
    const { runner } = setUp({ beforeSignup: handler });
    const { metadata, ...rest } = user;
    const asked = runner.before('beforeSignup', () => ({ ...rest, metadata, authMethod: 'password' }));
    await expect(asked).rejects.toMatchObject({ code: atSignup, message: 'not today' });
  });

  it('that refuses is the last to be asked; those before it were asked in order', async () => {
    const asked: string[] = [];
    const { runner, registry } = setUp({
      beforeLogin: [
        async () => {
          await turns();
          asked.push('first');
        },
        () => void asked.push('second'),
      ],
    });
    registry.add('beforeLogin', () => void asked.push('last'), 'last', 7);
    registry.add(
      'beforeLogin',
      () => {
        asked.push('refusing');
        throw new ForbiddenException();
      },
      'refusing',
      3,
    );
    registry.add('beforeLogin', () => void asked.push('early'), 'early', -5);
    await expect(runner.before('beforeLogin', login)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    expect(asked).toEqual(['first', 'second', 'early', 'refusing']);
  });
});

describe('an after hook', () => {
  it.each(failures)(
    'that %s changes nothing, and is logged without what it was given',
    async (_, handler, text) => {
      const { runner } = setUp({ afterLogin: handler });
      await expect(runner.after('afterLogin', session)).resolves.toBeUndefined();
      expect(logged).toHaveLength(1);
      expect(logged[0]).toMatch(text);
      expect(logged[0]).not.toContain(CANARY);
    },
  );

  it('that refuses is told too late', async () => {
    const { runner } = setUp({
      afterLogin: () => {
        throw new NAuthException('FORBIDDEN');
      },
    });
    await expect(runner.after('afterLogin', session)).resolves.toBeUndefined();
    expect(logged).toEqual([expect.stringContaining('threw NAuthException')]);
  });

  it('that hangs is waited for until the limit, and keeps no other one waiting', async () => {
    const told: string[] = [];
    const { runner } = setUp({ timeoutMs: 50, afterLogin: [never, () => void told.push('second')] });
    const done = runner.after('afterLogin', session);
    expect(told).toEqual(['second']);
    await expect(done).resolves.toBeUndefined();
    expect(logged).toEqual([expect.stringContaining('did not end within its time limit')]);
  });

  it('is waited for', async () => {
    let ended = false;
    const { runner } = setUp({
      afterLogin: async () => {
        await turns();
        ended = true;
      },
    });
    await runner.after('afterLogin', session);
    expect(ended).toBe(true);
  });
});

it('is not harmed by a logger that throws', async () => {
  Logger.overrideLogger({
    ...logger,
    error: () => {
      throw new OwnError('logger');
    },
  });
  expect(
    (
      await refusalOf(() => {
        throw new OwnError();
      })
    ).code,
  ).toBe('SERVICE_UNAVAILABLE');
  const { runner } = setUp({
    afterLogin: () => {
      throw new OwnError();
    },
  });
  await expect(runner.after('afterLogin', session)).resolves.toBeUndefined();
});

describe('a hook that nobody waits for', () => {
  it('is told in a later turn, and waited for when the process stops', async () => {
    const told: string[] = [];
    const { runner } = setUp({
      afterLogin: async () => {
        await turns();
        told.push('x');
      },
    });
    runner.notify('afterLogin', session);
    expect(told).toEqual([]);
    await runner.drain();
    expect(told).toEqual(['x']);
  });

  it('keeps nothing when it fails or hangs', async () => {
    const { runner } = setUp({
      timeoutMs: 20,
      afterLogin: [
        never,
        () => Promise.reject(new OwnError(CANARY)),
        () => {
          throw new OwnError(CANARY);
        },
      ],
    });
    runner.notify('afterLogin', session);
    await runner.drain();
    expect(logged).toHaveLength(3);
  });
});

describe('what a hook is given', () => {
  it('is a frozen copy with what is known of the client', async () => {
    const events: HookEvent<'beforeLogin'>[] = [];
    const { runner } = setUp({ beforeLogin: (event) => void events.push(event) });
    await runner.before('beforeLogin', login);
    const [event] = events;
    expect(event).toEqual({ ...login(), client: null });
    expect(
      [event, event?.user, event?.user.metadata['nested'], event?.user.socialProviders].every(
        Object.isFrozen,
      ),
    ).toBe(true);
    expect(Object.isFrozen(user.metadata)).toBe(false);
    expect(() => Object.assign(event?.user.metadata['nested'] ?? {}, { list: [] })).toThrow(TypeError);
  });

  it('is not even made when there is no hook', () => {
    const { runner } = setUp();
    const make = (): never => {
      throw new Error('made');
    };
    expect(runner.before('beforeLogin', make)).toBeUndefined();
    expect(runner.after('afterLogin', make)).toBeUndefined();
    expect(runner.notify('loginFailed', make)).toBeUndefined();
  });
});
