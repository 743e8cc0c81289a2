import 'reflect-metadata';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { randomId } from '../../../lib/common';
import { borrowTestDatabase } from '../../support/database-pool';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import { connect } from '../audit/support';
import { App, Client, member, message, outcome, withApp, world, type World } from './support';

const DAY_MS = 24 * 3600_000;

describeEachEngine('the policy for second factors', (engine) => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await borrowTestDatabase(engine)));
  afterAll(() => database.drop());

  function stranger({ core }: World): Client {
    return new Client(core, `mfa.${randomId()}@example.com`);
  }

  /** Goes through the challenge that wants a factor. */
  async function setUp(here: World, who: Client, session: string | undefined): Promise<App> {
    const data = await who.as(() =>
      here.core.authService.getSetupData({ session: session ?? '', method: 'totp' }),
    );
    const app = new App(String(data.setupData['secret']), here.now);
    const answer = { type: 'MFA_SETUP_REQUIRED', method: 'totp', setupData: { code: app.code() } };
    expect(await outcome(who.respond(session, answer))).toBe('tokens');
    return app;
  }

  it('REQUIRED lets nobody in without one, from the sign-up on', async () => {
    const here = await world(database, { enforcement: 'REQUIRED' });
    const who = stranger(here);
    const signup = await who.signup();
    expect(signup).toMatchObject({
      challengeName: 'MFA_SETUP_REQUIRED',
      challengeParameters: { allowedMethods: ['totp', 'sms', 'email'], requiresPhoneCollection: 'true' },
    });
    expect(await outcome(who.login())).toBe('MFA_SETUP_REQUIRED');
    const app = await setUp(here, who, (await who.login()).session);
    await message(here, { to: who.email, subject: 'Two-step sign-in is on' });
    here.clock.offset += 60_000;
    const { session, challengeName } = await who.login();
    expect(challengeName).toBe('MFA_REQUIRED');
    expect(await outcome(who.respond(session, { method: 'totp', code: app.code() }))).toBe('tokens');
  });

  it('does not let an older sign-in add a factor to an account that has got one meanwhile', async () => {
    const here = await world(database, { enforcement: 'REQUIRED' });
    const [owner, thief] = [stranger(here), stranger(here)];
    await owner.signup();
    const copy = new Client(here.core, owner.email);
    const { session } = await copy.login();
    const data = await thief.as(() =>
      here.core.authService.getSetupData({ session: session ?? '', method: 'totp' }),
    );
    await setUp(here, owner, (await owner.login()).session);
    const app = new App(String(data.setupData['secret']), here.now);
    const answer = { type: 'MFA_SETUP_REQUIRED', method: 'totp', setupData: { code: app.code() } };
    expect(await outcome(copy.respond(session, answer))).toBe('CHALLENGE_INVALID');
    const { devices } = await owner.as(() => here.core.mfaService.getUserDevices());
    expect(devices).toHaveLength(1);
  });

  it('REQUIRED with a grace period tells until when, and then asks', async () => {
    const here = await world(database, { enforcement: 'REQUIRED', gracePeriod: 7 });
    const who = stranger(here);
    const signup = await who.signup();
    const grace = { active: true, daysRemaining: 7, enforcement: 'REQUIRED' };
    expect(signup.mfaGracePeriod).toMatchObject(grace);
    const endsAt = Date.parse(signup.mfaGracePeriod?.endsAt ?? '');
    expect(Math.abs(endsAt - here.now() - 7 * DAY_MS)).toBeLessThan(60_000);
    here.clock.offset += 6 * DAY_MS;
    const later = await who.login();
    expect(later.mfaGracePeriod).toMatchObject({ daysRemaining: 1, endsAt: signup.mfaGracePeriod?.endsAt });
    here.clock.offset += 1 * DAY_MS;
    expect(await outcome(who.login())).toBe('MFA_SETUP_REQUIRED');
  });

  it('ADAPTIVE wants every account to have one, as REQUIRED does', async () => {
    const here = await world(database, { enforcement: 'ADAPTIVE' });
    expect(await outcome(stranger(here).signup())).toBe('MFA_SETUP_REQUIRED');
  });

  it('OPTIONAL and a policy that is off ask nobody who has none', async () => {
    const optional = await world(database);
    expect(await outcome(stranger(optional).signup())).toBe('tokens');
    const off = await world(database, { enabled: false, enforcement: 'REQUIRED' });
    const who = stranger(off);
    expect(await outcome(who.signup())).toBe('tokens');
    expect(await outcome(who.as(() => off.core.mfaService.setup({ methodName: 'totp' })))).toBe('FORBIDDEN');
  });

  it('frees an account that an administrator has exempted, with a reason and a trace', async () => {
    const here = await world(database, { enforcement: 'REQUIRED' });
    const who = stranger(here);
    await who.signup();
    const sql = await connect(database);
    const [row]: { id: string }[] = await sql.query(
      `SELECT id FROM nauth_users WHERE email = '${who.email}'`,
    );
    const sub = row?.id;
    const { mfaService } = here.core;
    const exempt = { sub: sub ?? '', exempt: true };
    expect(await outcome(mfaService.setMfaExemption(exempt))).toBe('VALIDATION_FAILED');
    const granted = await mfaService.setMfaExemption({ ...exempt, reason: 'no telephone' });
    expect(granted).toMatchObject({ mfaExempt: true, mfaExemptReason: 'no telephone' });
    const other = await mfaService.setMfaExemption({ ...exempt, reason: 'broken telephone' });
    expect(other).toMatchObject({ mfaExempt: true, mfaExemptReason: 'broken telephone' });
    await mfaService.setMfaExemption({ ...exempt, reason: 'broken telephone' });
    expect(await outcome(who.login())).toBe('tokens');
    const status = await who.as(() => mfaService.getMfaStatus());
    expect(status).toMatchObject({ enabled: false, required: false, mfaExempt: true });
    expect(await mfaService.setMfaExemption({ sub: sub ?? '', exempt: false })).toEqual({
      mfaExempt: false,
      mfaExemptReason: null,
      mfaExemptGrantedAt: null,
    });
    expect(await outcome(who.login())).toBe('MFA_SETUP_REQUIRED');
    const { data } = await here.core.auditService.getUserAuthHistory(sub ?? '');
    const trace = data.filter(({ type }) => type.startsWith('MFA_EXEMPTION_'));
    expect(trace.map(({ type, details }) => [type, details])).toEqual([
      ['MFA_EXEMPTION_REVOKED', null],
      ['MFA_EXEMPTION_GRANTED', { reason: 'broken telephone' }],
      ['MFA_EXEMPTION_GRANTED', { reason: 'no telephone' }],
    ]);
  });

  it('keeps the last factor of an account that has to have one, and lets the others go (R087)', async () => {
    const here = await world(database, { enforcement: 'REQUIRED' });
    const who = stranger(here);
    await setUp(here, who, (await who.signup()).session);
    here.clock.offset += 60_000;
    const second = await withApp(here, who);
    const { mfaService } = here.core;
    const remove = (deviceId: string) => who.as(() => mfaService.removeDevice({ deviceId }));
    const answer = { removedDeviceId: second.deviceId, removedMethod: 'totp', mfaDisabled: false };
    expect(await remove(second.deviceId)).toEqual(answer);
    await message(here, { to: who.email, subject: 'A sign-in method was removed' });
    const { devices } = await who.as(() => mfaService.getUserDevices());
    const last = devices[0]?.id ?? '';
    expect(await outcome(remove(last))).toBe('FORBIDDEN');
    expect((await who.as(() => mfaService.getMfaStatus())).enabled).toBe(true);
    expect(await outcome(remove(second.deviceId))).toBe('RESOURCE_NOT_FOUND');
    // Whoever has lost it is helped by an administrator, and starts again (R092).
    const sql = await connect(database);
    const [row]: { user_id: string }[] = await sql.query(
      `SELECT user_id FROM nauth_mfa_devices WHERE id = '${last}'`,
    );
    const removed = await mfaService.removeDeviceFor(row?.user_id ?? '', { deviceId: last });
    expect(removed.mfaDisabled).toBe(true);
    expect(await outcome(who.login())).toBe('MFA_SETUP_REQUIRED');
  });

  it('OPTIONAL: the last factor goes together with the backup codes', async () => {
    const here = await world(database);
    const who = await member(here);
    const app = await withApp(here, who);
    const { codes } = await who.as(() => here.core.mfaService.generateBackupCodes());
    expect(codes).toHaveLength(10);
    const stranger = await member(here);
    const remove = (client: Client) =>
      client.as(() => here.core.mfaService.removeDevice({ deviceId: app.deviceId }));
    expect(await outcome(remove(stranger))).toBe('RESOURCE_NOT_FOUND');
    expect(await remove(who)).toMatchObject({ mfaDisabled: true });
    expect(await who.as(() => here.core.mfaService.getMfaStatus())).toMatchObject({
      enabled: false,
      hasBackupCodes: false,
    });
    expect(await outcome(who.login())).toBe('tokens');
  });

  it('changes of factors want a sign-in of the last 15 minutes, with the factor that there is (R084)', async () => {
    const here = await world(database);
    const { mfaService } = here.core;
    const who = await member(here);
    const changes: [string, (client: Client, deviceId: string) => Promise<object>][] = [
      ['setup', (client) => client.as(() => mfaService.setup({ methodName: 'totp' }))],
      [
        'verifySetup',
        (client) =>
          client.as(() => mfaService.verifySetup({ methodName: 'totp', setupData: { code: '123456' } })),
      ],
      ['removeDevice', (client, deviceId) => client.as(() => mfaService.removeDevice({ deviceId }))],
      ['generateBackupCodes', (client) => client.as(() => mfaService.generateBackupCodes())],
    ];
    const app = await withApp(here, who);
    // A session of the password alone, as one on a trusted device is.
    const sql = await connect(database);
    const { session } = await who.as(() => Promise.resolve(currentSession(here)));
    here.clock.offset += 15 * 60_000;
    for (const [name, change] of changes) {
      expect([name, await outcome(change(who, app.deviceId))]).toEqual([name, 'AUTH_STEP_UP_REQUIRED']);
    }
    const challenge = await who.login();
    await who.respond(challenge.session, { method: 'totp', code: app.code() });
    expect(await outcome(changes[0]?.[1](who, app.deviceId) ?? Promise.reject(new Error()))).toBe('done');
    await sql.query(`UPDATE nauth_sessions SET amr = '["pwd"]' WHERE user_id = '${session.userId}'`);
    const fresh = await world(database);
    const again = Object.assign(new Client(fresh.core, who.email), { accessToken: who.accessToken });
    fresh.clock.offset = here.clock.offset;
    const refused = again.as(() => fresh.core.mfaService.removeDevice({ deviceId: app.deviceId }));
    await expect(refused).rejects.toMatchObject({
      code: 'AUTH_STEP_UP_REQUIRED',
      details: { reason: 'second_factor' },
    });
  });
});

function currentSession({ core }: World) {
  return core.context.current()?.identity as { session: { userId: string } };
}
