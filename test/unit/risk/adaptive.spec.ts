import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { AdaptiveMfaOptions } from '../../../lib/risk';
import { replayRisk } from '../../../lib/risk';
import { AuthAuditService } from '../../../lib/audit';
import { NAuthException } from '../../../lib/errors';
import { borrowTestDatabase } from '../../support/database-pool';
import { PATIENCE_MS } from '../../support/patience';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import { BERN, DAY_MS, HOUR_MS, LIMA, NOWHERE, outcomeOf, places, World, ZURICH } from './support';

const block = (scope: 'ip' | 'device' | 'user'): AdaptiveMfaOptions => ({
  riskLevels: { high: { action: 'block_signin' } },
  blockedSignIn: { scope, blockDuration: '30m', message: 'Ask the help desk.' },
});

// Several applications are made in one test.
vi.setConfig({ testTimeout: 60_000 });

describeEachEngine('adaptive second factors', (engine) => {
  let test: TestDatabase;
  const worlds: World[] = [];

  beforeAll(async () => {
    test = await borrowTestDatabase(engine);
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await Promise.all(worlds.splice(0).map((world) => world.module.close()));
  });
  afterAll(() => test.drop());

  const open = async (adaptive: AdaptiveMfaOptions = {}, changes = {}): Promise<World> => {
    const mfa = { enabled: true, enforcement: 'ADAPTIVE', adaptive } as const;
    const world = await World.open(test, { mfa, ...changes });
    worlds.push(world);
    return world;
  };
  const reasonsOf = async (world: World, person: { id: string; email: string; token: string }) => {
    const page = await world.module
      .get(AuthAuditService)
      .getUserAuthHistory(person.id, { eventTypes: ['ADAPTIVE_MFA_RISK_ASSESSED'], limit: 1 });
    const reasons = page.data[0]?.details?.['reasons'];
    return Array.isArray(reasons) ? reasons.map((reason) => Reflect.get(Object(reason), 'trigger')) : [];
  };

  it('are not asked for at the usual place, and asked for at each unusual one', async () => {
    const world = await open();
    const person = await world.person();
    const { token } = person;
    const usual = { address: ZURICH, token };
    expect(await world.logIn(person, usual)).toBe('tokens');
    // Another network of the same country, on the known device.
    expect(await world.logIn(person, { address: BERN, token })).toBe('tokens');
    expect(await reasonsOf(world, person)).toEqual(['new_ip']);
    expect(await world.logIn(person, { address: ZURICH })).toBe('MFA_REQUIRED');
    expect(await reasonsOf(world, person)).toEqual(['new_device']);
    world.now += HOUR_MS;
    expect(await world.logIn(person, { address: LIMA, token })).toBe('MFA_REQUIRED');
    expect(await reasonsOf(world, person)).toEqual(['new_ip', 'new_country', 'impossible_travel']);
    world.now += 3 * DAY_MS;
    expect(await world.logIn(person, { address: LIMA, token })).toBe('MFA_REQUIRED');
    expect(await reasonsOf(world, person)).toEqual(['new_ip', 'new_country']);
    expect(await world.logIn(person, usual)).toBe('tokens');
  });

  it("do not take another user's device for one of this user (R031)", async () => {
    const world = await open();
    const [alice, bob] = [await world.person(), await world.person()];
    expect(await world.logIn(bob, { token: bob.token })).toBe('tokens');
    expect(await world.logIn(bob, { token: alice.token })).toBe('MFA_REQUIRED');
  });

  it('are not talked out of by any header (R031)', async () => {
    const world = await open();
    const person = await world.person();
    const headers = {
      'x-forwarded-for': ZURICH,
      forwarded: `for=${ZURICH}`,
      'x-real-ip': ZURICH,
      'cf-connecting-ip': ZURICH,
      'cf-ipcountry': 'CH',
      'x-geo-country': 'CH',
      'x-vercel-ip-country': 'CH',
      'x-appengine-country': 'CH',
      cookie: `nauth_device_token=${person.token}`,
      'x-trusted-device': 'true',
    };
    for (const address of [LIMA, NOWHERE]) {
      expect(await world.logIn(person, { address, headers })).toBe('MFA_REQUIRED');
      const spoofed = await reasonsOf(world, person);
      expect(await world.logIn(person, { address })).toBe('MFA_REQUIRED');
      expect(spoofed).toEqual(await reasonsOf(world, person));
    }
  });

  it('are asked for while the geo service is down, and nobody is blocked or written to for it (R031)', async () => {
    const world = await open(block('user'));
    const person = await world.person();
    const usual = { address: ZURICH, token: person.token };
    expect(await world.logIn(person, usual)).toBe('tokens');
    world.geoFails = true;
    expect(await world.logIn(person, usual)).toBe('MFA_REQUIRED');
    expect(await reasonsOf(world, person)).toEqual(['new_country', 'impossible_travel']);
    expect(world.notices()).toEqual([]);
    world.geoFails = false;
    expect(await world.logIn(person, usual)).toBe('tokens');
  });

  it('take failures and a reset of the password into account, and not what came of themselves', async () => {
    const world = await open();
    const person = await world.person();
    const usual = { address: ZURICH, token: person.token };
    for (let count = 0; count < 4; count += 1) await world.logIn(person, { address: LIMA }, 'wrong');
    expect(await world.logIn(person, usual)).toBe('MFA_REQUIRED');
    expect(await reasonsOf(world, person)).toEqual(['suspicious_activity']);
    // What follows are assessments and challenges in plenty, and none of them counts.
    world.now += 50 * 60_000;
    for (let count = 0; count < 5; count += 1) await world.logIn(person, usual);
    world.now += 11 * 60_000;
    expect(await world.logIn(person, usual)).toBe('tokens');
    world.now += 2 * DAY_MS;
    await world.sql(
      `UPDATE ${world.table('sessions').replace('sessions', 'password_credentials')} SET changed_at = ` +
        `'${new Date(world.now).toISOString().replace('T', ' ').replace('Z', '')}' WHERE user_id = '${person.id}'`,
    );
    const audit = world.module.get(AuthAuditService);
    await audit.record('PASSWORD_CHANGED', { status: 'SUCCESS', userId: person.id });
    expect(await world.logIn(person, usual)).toBe('tokens');
    await audit.record('PASSWORD_RESET_COMPLETED', { status: 'SUCCESS', userId: person.id });
    expect(await world.logIn(person, usual)).toBe('MFA_REQUIRED');
    expect(await reasonsOf(world, person)).toEqual(['recent_password_reset']);
  });

  it('keep every decision with all that it was made on: it can be made again from its row', async () => {
    const world = await open({ ...block('user'), riskWeights: { new_ip: 7 } });
    const person = await world.person();
    for (const address of [ZURICH, BERN, LIMA, NOWHERE]) {
      await world.logIn(person, { address, token: person.token });
      await world.logIn(person, { address });
      world.now += HOUR_MS;
    }
    const { data } = await world.module
      .get(AuthAuditService)
      .getUserAuthHistory(person.id, { eventTypes: ['ADAPTIVE_MFA_RISK_ASSESSED'] });
    expect(data.length).toBeGreaterThanOrEqual(6);
    for (const event of data) {
      const { decision, matches } = replayRisk(event);
      expect([matches, `${decision.level}_${decision.action}`]).toEqual([true, event.reason]);
      const text = JSON.stringify(event.details);
      for (const personal of [
        ...Object.keys(places),
        person.id,
        person.email,
        person.token,
        'Zürich',
        '"CH"',
      ]) {
        expect(text).not.toContain(personal);
      }
      const tampered = { details: { ...event.details, score: Number(event.details?.['score']) + 1 } };
      expect(replayRisk(tampered).matches).toBe(false);
    }
    expect(() => replayRisk({ details: null })).toThrow(TypeError);
  });

  it('write to the owner about an unusual sign-in, once an hour at most', async () => {
    const world = await open();
    const person = await world.person();
    const notices = () => world.notices().length;
    for (let count = 0; count < 3; count += 1) await world.logIn(person, { address: LIMA });
    await vi.waitFor(() => expect(notices()).toBe(1), PATIENCE_MS);
    expect(await world.logIn(person, { address: ZURICH, token: person.token })).toBe('tokens');
    expect(notices()).toBe(1);
  });

  it('give way to a block at a high risk, for as long as it lasts', async () => {
    const world = await open(block('user'));
    const person = await world.person();
    const refusal = await world
      .begin(person, { address: LIMA }, { amr: ['pwd'] })
      .catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(NAuthException);
    if (!(refusal instanceof NAuthException)) return;
    const expiresAt = new Date(world.now + 30 * 60_000).toISOString();
    expect(refusal.toBody(new Date())).toMatchObject({
      code: 'SIGNIN_BLOCKED_HIGH_RISK',
      message: 'Ask the help desk.',
      statusCode: 403,
      details: { expiresAt },
    });
    // The user is kept out everywhere, and only who proves the password is told.
    expect(await world.logIn(person, { token: person.token })).toBe('SIGNIN_BLOCKED_HIGH_RISK');
    expect(await world.logIn(person, { token: person.token }, 'wrong')).toBe('AUTH_INVALID_CREDENTIALS');
    expect(await world.logIn({ email: 'nobody@example.com' }, {})).toBe('AUTH_INVALID_CREDENTIALS');
    const other = await world.person();
    expect(await world.logIn(other, { token: other.token })).toBe('tokens');
    // Blocked attempts make nothing worse: they are no assessments and no failures.
    expect(await world.events(person, 'ADAPTIVE_MFA_RISK_ASSESSED')).toHaveLength(2);
  });

  it.each(['ip', 'device'] as const)(
    'block a client by %s alike for known and unknown accounts (R013)',
    async (scope) => {
      const world = await open(block(scope));
      const person = await world.person();
      const attacker = {
        address: scope === 'ip' ? '203.0.113.1' : LIMA,
        headers: { 'user-agent': `attacker ${scope}` },
      };
      expect(await world.logIn(person, attacker)).toBe('SIGNIN_BLOCKED_HIGH_RISK');
      for (const email of [person.email, 'nobody@example.com']) {
        for (const password of ['wrong', 'correct horse battery']) {
          expect(await world.logIn({ email }, attacker, password)).toBe('SIGNIN_BLOCKED_HIGH_RISK');
        }
      }
      // No password was looked at, and the owner is not kept out.
      expect(await world.events(person, 'LOGIN_FAILED')).toEqual([]);
      expect(await world.logIn(person, { token: person.token })).toBe('tokens');
      // One scope does not stand for the other.
      const sameAddress = { ...attacker, headers: { 'user-agent': 'somebody else' } };
      const expected = scope === 'ip' ? 'SIGNIN_BLOCKED_HIGH_RISK' : 'AUTH_INVALID_CREDENTIALS';
      expect(await world.logIn({ email: 'nobody@example.com' }, sameAddress)).toBe(expected);
    },
  );

  it('ask an account without a factor to set one up, whatever the risk', async () => {
    const world = await open();
    const person = await world.signUp();
    expect(await world.logIn(person, { address: LIMA })).toBe('MFA_SETUP_REQUIRED');
  });

  it('say once at start that there is no geo database, and no audit trail', async () => {
    const warnings: string[] = [];
    vi.spyOn(Logger.prototype, 'warn').mockImplementation((text: string) => void warnings.push(text));
    const nothing = { geoLocation: undefined, auditLogs: { enabled: false } };
    const world = await open({}, nothing);
    expect(warnings.filter((text) => /geo database/.test(text))).toHaveLength(1);
    expect(warnings.filter((text) => /auditLogs is off/.test(text))).toHaveLength(1);
    const person = await world.person();
    expect(await world.logIn(person, { token: person.token })).toBe('MFA_REQUIRED');
    warnings.length = 0;
    await open({ triggers: ['new_device', 'new_ip'] }, nothing);
    expect(warnings.filter((text) => /geo database|auditLogs is off/.test(text))).toEqual([]);
  });

  it('do not depend on the way in', async () => {
    const world = await open();
    const person = await world.person();
    for (const authMethod of ['google', 'passkey'] as const) {
      const result = await world.begin(person, { address: LIMA }, { authMethod, amr: ['fed'] });
      expect(outcomeOf(result)).toBe('MFA_REQUIRED');
    }
  });
});
