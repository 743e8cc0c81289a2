import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { UNIT_OF_WORK, randomToken, type UnitOfWork } from '../../../lib/common';
import { FactorRemoval, MFA_REPOSITORY, type MfaRepository } from '../../../lib/mfa';
import { USER_REPOSITORY, type UserRepository } from '../../../lib/users';
import { SessionEnder } from '../../../lib/sessions';
import type { NAuthConfig } from '../../../lib/config';
import { borrowTestDatabase } from '../../support/database-pool';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import { DAY_MS, HOUR_MS, LIMA, outcome, PASSWORD, World, ZURICH, type Person } from './support';

// Several applications are made in one test.
vi.setConfig({ testTimeout: 60_000 });

describeEachEngine('trusted devices', (engine) => {
  let test: TestDatabase;
  const worlds: World[] = [];

  beforeAll(async () => {
    test = await borrowTestDatabase(engine);
  });
  afterEach(async () => {
    await Promise.all(worlds.splice(0).map((world) => world.module.close()));
  });
  afterAll(() => test.drop());

  const open = async (mfa: NAuthConfig['mfa'] = {}): Promise<World> => {
    const world = await World.open(test, { mfa: { enabled: true, ...mfa } });
    worlds.push(world);
    return world;
  };
  /** Somebody with a factor, signed in with it, who trusts the device. */
  const trusting = async (world: World): Promise<Person & { accessToken: string }> => {
    const person = await world.signUp();
    await world.enrol(person);
    const { accessToken, device } = await world.signInFully(person, { token: person.token });
    const { deviceToken } = await world.from(
      { token: device?.token },
      () => world.auth.trustDevice(),
      accessToken,
    );
    return { ...person, token: deviceToken ?? '', accessToken };
  };

  it('spare their user the second factor, and never the password (R088)', async () => {
    const world = await open();
    const person = await trusting(world);
    expect(await world.logIn(person, { token: person.token })).toBe('tokens');
    expect(await world.logIn(person, { token: person.token }, 'wrong')).toBe('AUTH_INVALID_CREDENTIALS');
    expect(await world.logIn(person)).toBe('MFA_REQUIRED');
    // Somewhere else on earth it is still that device; without adaptive MFA nothing else is asked.
    expect(await world.logIn(person, { address: LIMA, token: person.token })).toBe('tokens');
  });

  it('have another token from then on, of which the database has a digest (R067, R088)', async () => {
    const world = await open();
    const person = await world.signUp();
    await world.enrol(person);
    const { accessToken, device } = await world.signInFully(person, { token: person.token });
    const before = device?.token ?? '';
    const answer = await world.from({ token: before }, () => world.auth.trustDevice(), accessToken);
    const { deviceToken = '' } = answer;
    expect(deviceToken).toMatch(/^[\w-]{43}$/);
    expect(deviceToken).not.toBe(before);
    expect(await world.logIn(person, { token: before })).toBe('MFA_REQUIRED');
    expect(await world.logIn(person, { token: deviceToken })).toBe('tokens');
    const dump = JSON.stringify(await world.sql(`SELECT * FROM ${world.table('devices')}`));
    expect(dump).not.toContain(deviceToken);
  });

  it('are those of one user: a copied, forged or cut token is asked for the factor (R031, R088)', async () => {
    const world = await open();
    const [alice, bob] = [await trusting(world), await world.signUp()];
    await world.enrol(bob);
    expect(await world.logIn(bob, { token: alice.token })).toBe('MFA_REQUIRED');
    for (const token of [randomToken(32), alice.token.slice(0, -1), `${alice.token.slice(0, -1)}_`, 'true'])
      expect(await world.logIn(alice, { token })).toBe('MFA_REQUIRED');
    // A row that got to somebody else, by hand or by fault, fits nobody.
    const devices = world.table('devices');
    await world.sql(
      `UPDATE ${devices} SET user_id = '${bob.id}' WHERE user_id = '${alice.id}' AND trusted_until IS NOT NULL`,
    );
    expect(await world.logIn(bob, { token: alice.token })).toBe('MFA_REQUIRED');
  });

  it('are trusted up to one moment, which signing in does not move (R088)', async () => {
    const world = await open({ rememberDeviceDays: 7 });
    const person = await trusting(world);
    world.now += 7 * DAY_MS - 1000;
    expect(await world.logIn(person, { token: person.token })).toBe('tokens');
    world.now += 2000;
    expect(await world.logIn(person, { token: person.token })).toBe('MFA_REQUIRED');
  });

  it('are listed and revoked by their user alone', async () => {
    const world = await open();
    const [alice, bob] = [await trusting(world), await trusting(world)];
    const as = <T>(person: Person & { accessToken: string }, work: () => Promise<T>) =>
      world.from({ token: person.token }, work, person.accessToken);
    const { trustedDevices } = await as(alice, () => world.auth.listTrustedDevices());
    expect(trustedDevices).toEqual([
      expect.objectContaining({ ipAddress: ZURICH, isCurrent: true, deviceType: 'unknown' }),
    ]);
    expect(Date.parse(trustedDevices[0]?.trustedUntil ?? '')).toBe(world.now + 30 * DAY_MS);
    const deviceId = trustedDevices[0]?.id ?? '';
    expect(await outcome(as(bob, () => world.auth.revokeTrustedDevice({ deviceId })))).toBe(
      'RESOURCE_NOT_FOUND',
    );
    expect(await as(alice, () => world.auth.isTrustedDevice())).toEqual({ trusted: true });
    expect(await as(alice, () => world.auth.revokeTrustedDevice({ deviceId }))).toEqual({ success: true });
    expect(await outcome(as(alice, () => world.auth.revokeTrustedDevice({ deviceId })))).toBe(
      'RESOURCE_NOT_FOUND',
    );
    expect(await as(alice, () => world.auth.isTrustedDevice())).toEqual({ trusted: false });
    expect(await world.logIn(alice, { token: alice.token })).toBe('MFA_REQUIRED');
    expect(await as(bob, () => world.auth.revokeAllTrustedDevices())).toEqual({ revokedCount: 1 });
    expect(await world.logIn(bob, { token: bob.token })).toBe('MFA_REQUIRED');
    expect((await world.events(alice, 'DEVICE_UNTRUSTED')).map(({ reason }) => reason)).toEqual([
      'revoked_by_user',
    ]);
  });

  it('end with a change of the password and of the factors (R087, R088)', async () => {
    const world = await open();
    const changed = await trusting(world);
    await world.from(
      { token: changed.token },
      () => world.auth.changePassword({ oldPassword: PASSWORD, newPassword: 'another horse battery' }),
      changed.accessToken,
    );
    expect(await world.logIn(changed, { token: changed.token }, 'another horse battery')).toBe(
      'MFA_REQUIRED',
    );

    const removed = await trusting(world);
    await world.enrol(removed);
    const mfa = world.module.get<MfaRepository>(MFA_REPOSITORY);
    const [first] = await mfa.findDevices(removed.id);
    const user = await world.module.get<UserRepository>(USER_REPOSITORY).findById(removed.id);
    if (!user || !first) throw new Error('nothing to remove');
    expect(await world.logIn(removed, { token: removed.token })).toBe('tokens');
    await world.module.get(FactorRemoval).remove(user, first.id, null);
    expect(await world.logIn(removed, { token: removed.token })).toBe('MFA_REQUIRED');
    expect((await world.events(removed, 'DEVICE_UNTRUSTED')).map(({ reason }) => reason)).toEqual([
      'factors_changed',
    ]);
  });

  it('are not made of a session without the factor, nor of an old proof (R086)', async () => {
    const world = await open();
    const person = await world.signUp();
    const before = await world.signInFully(person, { token: person.token }, ['pwd']);
    await world.enrol(person);
    const trust = (accessToken: string) =>
      outcome(world.from({ token: person.token }, () => world.auth.trustDevice(), accessToken));
    expect(await trust(before.accessToken)).toBe('AUTH_STEP_UP_REQUIRED');
    const { accessToken } = await world.signInFully(person, { token: person.token });
    world.now += 14 * 60_000;
    expect(await trust(accessToken)).toBe('done');
    world.now += 2 * 60_000;
    expect(await trust(accessToken)).toMatch(/AUTH_(STEP_UP_REQUIRED|TOKEN_EXPIRED)/);
    expect(await outcome(world.from({}, () => world.auth.trustDevice()))).toBe('AUTH_TOKEN_MISSING');
  });

  it('are not made by a session that ends meanwhile', async () => {
    const world = await open();
    const person = await world.signUp();
    await world.enrol(person);
    const { accessToken, sessionId } = await world.signInFully(person, { token: person.token });
    const unit = world.module.get<UnitOfWork>(UNIT_OF_WORK);
    // The request is past its look at the session; then the session ends.
    const refused = await world.from(
      { token: person.token },
      async () => {
        await unit.run(() => world.module.get(SessionEnder).end(sessionId, 'password_changed', person.id));
        return outcome(world.auth.trustDevice());
      },
      accessToken,
    );
    expect(refused).toBe('AUTH_SESSION_NOT_FOUND');
    expect(
      await world.sql(
        `SELECT id FROM ${world.table('devices')} WHERE trusted_until IS NOT NULL AND user_id = '${person.id}'`,
      ),
    ).toEqual([]);
  });

  it('are there as the configuration says: never, always, or when their user says so', async () => {
    const never = await open({ rememberDevices: 'never' });
    const usual = await open();
    const person = await trusting(usual);
    expect(await never.logIn(person, { token: person.token })).toBe('MFA_REQUIRED');
    const session = await never.signInFully(person, { token: person.token });
    const refused = never.from({}, () => never.auth.trustDevice(), session.accessToken);
    expect(await outcome(refused)).toBe('FORBIDDEN');

    const always = await open({ rememberDevices: 'always' });
    const other = await always.signUp();
    await always.enrol(other);
    const { device } = await always.signInFully(other);
    expect(device).toMatchObject({ isNew: true, isTrusted: true });
    expect(await always.logIn(other, { token: device?.token })).toBe('tokens');
    const again = await always.from({ token: device?.token }, () =>
      always.auth.login({ identifier: other.email, password: PASSWORD }),
    );
    expect([again.trusted, again.deviceToken]).toEqual([true, undefined]);
    expect(await always.logIn(other, { token: other.token })).toBe('MFA_REQUIRED');

    const demanding = await open({ bypassMFAForTrustedDevices: false });
    expect(await demanding.logIn(person, { token: person.token })).toBe('MFA_REQUIRED');
  });

  it('are not enough for a sign-in that is most unusual (R031)', async () => {
    const world = await open({ enforcement: 'ADAPTIVE' });
    const person = await world.person();
    const { accessToken } = await world.signInFully(person, { token: person.token });
    const { deviceToken: token } = await world.from(
      { token: person.token },
      () => world.auth.trustDevice(),
      accessToken,
    );
    for (let count = 0; count < 4; count += 1) await world.logIn(person, { token }, 'wrong');
    expect(await world.logIn(person, { token })).toBe('tokens');
    expect((await world.events(person, 'ADAPTIVE_MFA_BYPASSED')).map(({ reason }) => reason)).toEqual([
      'trusted_device',
    ]);
    world.now += HOUR_MS;
    expect(await world.logIn(person, { address: LIMA, token })).toBe('MFA_REQUIRED');
  });
});
