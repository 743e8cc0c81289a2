import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { MfaMethod } from '../../../lib/mfa';
import { MfaMethodRegistry, RecentAuthentication } from '../../../lib/mfa';
import { NAuthException } from '../../../lib/errors';
import type { NAuthConfig } from '../../../lib/config';
import { borrowTestDatabase } from '../../support/database-pool';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import { outcome, PASSWORD, World, type Person } from './support';

const RIGHT = '123456';

/** A method whose only code is right until it has been used. */
function stubMethod(): MfaMethod & { used: number } {
  const method: MfaMethod & { used: number } = {
    used: 0,
    name: 'email',
    label: 'stub',
    isConfigured: () => true,
    canSetUp: () => true,
    setupData: () => Promise.resolve({}),
    verifySetup: () => Promise.reject(new NAuthException('RESOURCE_NOT_FOUND')),
    challengeData: ({ binding }) => Promise.resolve({ for: binding.split(':')[0] }),
    verify: ({ devices }, { code }) => {
      if (code !== RIGHT) return Promise.reject(new NAuthException('VERIFY_CODE_INVALID'));
      return Promise.resolve({
        device: devices[0] ?? null,
        amr: ['otp'],
        claim: () => {
          method.used += 1;
          return method.used > 1
            ? Promise.reject(new NAuthException('VERIFY_CODE_INVALID'))
            : Promise.resolve();
        },
      });
    },
  };
  return method;
}

// Several applications are made in one test.
vi.setConfig({ testTimeout: 60_000 });

describeEachEngine('step-up', (engine) => {
  let test: TestDatabase;
  const worlds: World[] = [];

  beforeAll(async () => {
    test = await borrowTestDatabase(engine);
  });
  afterEach(async () => {
    await Promise.all(worlds.splice(0).map((world) => world.module.close()));
  });
  afterAll(() => test.drop());

  const open = async (changes: Partial<NAuthConfig> = {}): Promise<World> => {
    const world = await World.open(test, {
      mfa: { enabled: true },
      jwt: {
        accessToken: { secret: 'k7Qw2Zr9Xv4Tn8Ls3Mb6Yc1Hd5Gf0JpAeRuOiWt', expiresIn: '2h' },
        refreshToken: { secret: 'p3Nf8Vx1Lq6Sz0Kd5Ub9Yh2Cw7Mj4Te-GaRoXiB' },
      },
      ...changes,
    });
    worlds.push(world);
    return world;
  };
  const signedIn = async (world: World) => {
    const person = await world.signUp();
    const issued = await world.signInFully(person, { token: person.token }, ['pwd']);
    return { person, issued };
  };
  const stepUp = (world: World, person: Person, accessToken: string, body: object) =>
    world.from({ token: person.token }, () => world.auth.stepUp(body), accessToken);
  const recent = (world: World, accessToken: string, maxAgeMs?: number) =>
    world.from({}, () => world.module.get(RecentAuthentication).assert(maxAgeMs), accessToken);

  it('renews the proof by the password, under a new session id and with new tokens (R067, R084)', async () => {
    const world = await open();
    const { person, issued } = await signedIn(world);
    expect(await outcome(recent(world, issued.accessToken))).toBe('done');
    world.now += 16 * 60_000;
    const refusal: unknown = await recent(world, issued.accessToken).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      code: 'AUTH_STEP_UP_REQUIRED',
      details: { reason: 'too_old', stepUp: { password: true, methods: [] } },
    });
    const fresh = await stepUp(world, person, issued.accessToken, { password: PASSWORD });
    expect(fresh.accessToken).not.toBe(issued.accessToken);
    expect(await outcome(recent(world, fresh.accessToken ?? ''))).toBe('done');
    expect(await outcome(world.from({}, async () => world.auth.getProfile(), issued.accessToken))).toBe(
      'AUTH_SESSION_NOT_FOUND',
    );
    const old = world.from({}, () => world.auth.refreshToken({ refreshToken: issued.refreshToken }));
    expect(await outcome(old)).toMatch(/AUTH_(SESSION_NOT_FOUND|TOKEN_INVALID)/);
    const refreshed = world.from({}, () =>
      world.auth.refreshToken({ refreshToken: fresh.refreshToken ?? '' }),
    );
    expect(await outcome(refreshed)).toBe('tokens');
    const rows = await world.sql(`SELECT * FROM ${world.table('sessions')} WHERE user_id = '${person.id}'`);
    expect(rows.map(({ revoke_reason }) => revoke_reason).sort()).toEqual(
      expect.arrayContaining(['replaced']),
    );
    expect(await world.events(person, 'STEP_UP_COMPLETED')).toHaveLength(1);
  });

  it('refuses an age that is no finite number, whatever the session shows (R084)', async () => {
    const world = await open();
    const { issued } = await signedIn(world);
    for (const age of [Number.NaN, Infinity]) {
      await expect(recent(world, issued.accessToken, age)).rejects.toThrow(TypeError);
    }
  });

  it('counts wrong passwords with those of login (R020)', async () => {
    const world = await open({ lockout: { maxAttempts: 3 } });
    const { person, issued } = await signedIn(world);
    for (let count = 0; count < 3; count += 1) {
      expect(await outcome(stepUp(world, person, issued.accessToken, { password: 'wrong' }))).toBe(
        'PASSWORD_INCORRECT',
      );
    }
    expect(await outcome(stepUp(world, person, issued.accessToken, { password: PASSWORD }))).toBe(
      'RATE_LIMIT_LOGIN',
    );
    expect(await world.logIn(person, { token: person.token })).toBe('RATE_LIMIT_LOGIN');
    expect((await world.events(person, 'STEP_UP_FAILED')).length).toBeGreaterThanOrEqual(3);
  });

  it('asks for the highest level that the account has: both factors, and tells nothing by halves (R084)', async () => {
    const world = await open();
    const method = stubMethod();
    const registry = world.module.get(MfaMethodRegistry);
    if (registry.get('email')) Reflect.get(registry, 'methods').delete('email');
    registry.register(method);
    const { person, issued } = await signedIn(world);
    await world.enrol(person, 'email');
    const { accessToken } = issued;
    const refusal: unknown = await recent(world, accessToken).catch((error: unknown) => error);
    expect(refusal).toMatchObject({
      details: { reason: 'second_factor', stepUp: { password: true, methods: ['email'] } },
    });
    const tried = (body: object) => outcome(stepUp(world, person, accessToken, body));
    expect(await tried({ password: PASSWORD })).toBe('VALIDATION_FAILED');
    expect(await tried({ password: 'wrong' })).toBe('VALIDATION_FAILED');
    expect(await tried({ method: 'email', code: RIGHT })).toBe('VALIDATION_FAILED');
    expect(await tried({ password: 'wrong', method: 'email', code: RIGHT })).toBe('PASSWORD_INCORRECT');
    expect(await tried({ password: PASSWORD, method: 'email', code: '000000' })).toBe('VERIFY_CODE_INVALID');
    expect(await tried({ password: PASSWORD, method: 'totp', code: RIGHT })).toBe('VALIDATION_FAILED');
    expect(method.used).toBe(0);
    const data = world.from({}, () => world.auth.getStepUpData({ method: 'email' }), accessToken);
    expect(await data).toEqual({ challengeData: { for: 'session' } });
    const body = { password: PASSWORD, method: 'email', code: RIGHT };
    const fresh = await stepUp(world, person, accessToken, body);
    expect(await outcome(recent(world, fresh.accessToken ?? ''))).toBe('done');
    // Used up, and with it nothing else happens: the session goes on.
    expect(await outcome(stepUp(world, person, fresh.accessToken ?? '', body))).toBe('VERIFY_CODE_INVALID');
    expect(await outcome(recent(world, fresh.accessToken ?? ''))).toBe('done');
  });

  it('counts wrong codes over all tries of the account (R081)', async () => {
    const world = await open();
    const registry = world.module.get(MfaMethodRegistry);
    if (registry.get('email')) Reflect.get(registry, 'methods').delete('email');
    registry.register(stubMethod());
    const { person, issued } = await signedIn(world);
    await world.enrol(person, 'email');
    const body = { password: PASSWORD, method: 'email', code: '000000' };
    for (let count = 0; count < 10; count += 1) {
      expect(await outcome(stepUp(world, person, issued.accessToken, body))).toBe('VERIFY_CODE_INVALID');
    }
    const right = stepUp(world, person, issued.accessToken, { ...body, code: RIGHT });
    expect(await outcome(right)).toBe('CHALLENGE_MAX_ATTEMPTS');
  });

  it('makes one successor of many at once, and is nothing without a session', async () => {
    const world = await open();
    const { person, issued } = await signedIn(world);
    const results = await Promise.all(
      Array.from({ length: 6 }, () =>
        outcome(stepUp(world, person, issued.accessToken, { password: PASSWORD })),
      ),
    );
    expect(results.filter((result) => result === 'tokens')).toHaveLength(1);
    expect(new Set(results)).toEqual(new Set(['tokens', 'AUTH_SESSION_NOT_FOUND']));
    expect(await outcome(world.from({}, () => world.auth.stepUp({ password: PASSWORD })))).toBe(
      'AUTH_TOKEN_MISSING',
    );
  });
});
