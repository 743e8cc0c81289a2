import 'reflect-metadata';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { borrowTestDatabase } from '../../support/database-pool';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import { connect } from '../audit/support';
import { App, Client, member, message, outcome, PASSWORD, withApp, world } from './support';

describeEachEngine('an authenticator app', (engine) => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await borrowTestDatabase(engine)));
  afterAll(() => database.drop());

  it('is asked for at every sign-in once it is proved, and not before (R085)', async () => {
    const here = await world(database);
    const who = await member(here);
    const { setupData } = await who.as(() => here.core.mfaService.setup({ methodName: 'totp' }));
    expect(await outcome(who.login())).toBe('tokens');
    const again = await who.as(() => here.core.mfaService.setup({ methodName: 'totp' }));
    expect(again.setupData['secret']).not.toBe(setupData['secret']);
    const app = await withApp(here, who);
    const challenge = await who.login();
    expect(challenge).toMatchObject({
      challengeName: 'MFA_REQUIRED',
      challengeParameters: { availableMethods: ['totp'], preferredMethod: 'totp' },
    });
    expect(challenge.challengeParameters?.['devices']).toEqual([
      { id: app.deviceId, name: 'Authenticator app', type: 'totp' },
    ]);
    expect(challenge.accessToken).toBeUndefined();
    const done = await who.respond(challenge.session, { method: 'totp', code: app.code() });
    expect(done.accessToken).toEqual(expect.any(String));
    const { session } = await who.as(() => Promise.resolve(identityOf(here.core)));
    expect(session.amr).toEqual(['pwd', 'otp', 'mfa']);
  });

  it('takes a code once, and no older one after it (R079)', async () => {
    const here = await world(database);
    const who = await member(here);
    const app = await withApp(here, who);
    const code = app.code();
    const first = await who.login();
    expect(await outcome(who.respond(first.session, { method: 'totp', code }))).toBe('tokens');
    const second = await who.login();
    expect(await outcome(who.respond(second.session, { method: 'totp', code }))).toBe('VERIFY_CODE_INVALID');
    expect(await outcome(who.respond(second.session, { method: 'totp', code: app.code(-1) }))).toBe(
      'VERIFY_CODE_INVALID',
    );
    expect(await outcome(who.respond(second.session, { method: 'totp', code: app.code(1) }))).toBe('tokens');
  });

  it('keeps its seed encrypted, and bound to its account (R091)', async () => {
    const here = await world(database);
    const [one, two] = [await member(here), await member(here)];
    const [appOfOne, appOfTwo] = [await withApp(here, one), await withApp(here, two)];
    const sql = await connect(database);
    const rows: { id: string; secret: string }[] = await sql.query(
      'SELECT id, secret FROM nauth_mfa_devices',
    );
    const secretOf = (id: string): string => rows.find((row) => row.id === id)?.secret ?? '';
    for (const app of [appOfOne, appOfTwo]) {
      const seed = Buffer.from(app.totp.secret.bytes);
      for (const form of [app.totp.secret.base32, seed.toString('hex'), seed.toString('base64')]) {
        expect(secretOf(app.deviceId)).not.toContain(form.replace(/=+$/, ''));
      }
    }
    await sql.query(
      `UPDATE nauth_mfa_devices SET secret = '${secretOf(appOfTwo.deviceId)}' WHERE id = '${appOfOne.deviceId}'`,
    );
    const challenge = await one.login();
    const attempt = (code: string): Promise<string> =>
      outcome(one.respond(challenge.session, { method: 'totp', code }));
    // A fault of the server's costs no try (R075): there are three, and five are refused.
    for (let tries = 0; tries < 5; tries += 1)
      expect(await attempt(appOfTwo.code())).toBe('SERVICE_UNAVAILABLE');
    await sql.query(
      `UPDATE nauth_mfa_devices SET secret = '${secretOf(appOfOne.deviceId)}' WHERE id = '${appOfOne.deviceId}'`,
    );
    expect(await attempt(appOfOne.code())).toBe('tokens');
  });

  it('is set up in the session that began it, within 15 minutes (R085)', async () => {
    const here = await world(database);
    const who = await member(here);
    const { setupData } = await who.as(() => here.core.mfaService.setup({ methodName: 'totp' }));
    const app = new App(String(setupData['secret']), here.now);
    const prove = (client: Client): Promise<string> =>
      outcome(
        client.as(() =>
          here.core.mfaService.verifySetup({ methodName: 'totp', setupData: { code: app.code() } }),
        ),
      );
    const elsewhere = new Client(here.core, who.email);
    await elsewhere.login();
    expect(await prove(elsewhere)).toBe('RESOURCE_NOT_FOUND');
    expect(await prove(await member(here))).toBe('RESOURCE_NOT_FOUND');
    here.clock.offset += 14 * 60_000;
    expect(
      await outcome(
        who.as(() => here.core.mfaService.verifySetup({ methodName: 'totp', setupData: { code: '000000' } })),
      ),
    ).toBe('VERIFY_CODE_INVALID');
    here.clock.offset += 61_000;
    expect(await prove(who)).toBe('AUTH_STEP_UP_REQUIRED');
  });

  it('takes no seed from the client', async () => {
    const here = await world(database);
    const who = await member(here);
    await who.as(() => here.core.mfaService.setup({ methodName: 'totp' }));
    const own = new App('A'.repeat(32), here.now);
    const setupData = { secret: 'A'.repeat(32), code: own.code() };
    expect(
      await outcome(who.as(() => here.core.mfaService.verifySetup({ methodName: 'totp', setupData }))),
    ).toBe('VERIFY_CODE_INVALID');
  });

  it('ends the other sessions of its account, and makes its own session one with two factors (R084, R086)', async () => {
    const here = await world(database);
    const who = await member(here);
    const other = new Client(here.core, who.email);
    await other.login();
    await withApp(here, who);
    expect(await outcome(other.as(() => here.core.authService.getProfile()))).toBe('AUTH_SESSION_NOT_FOUND');
    expect(
      await outcome(
        other.as(() => here.core.authService.refreshToken({ refreshToken: other.refreshToken ?? '' })),
      ),
    ).toBe('AUTH_SESSION_NOT_FOUND');
    const { session } = await who.as(() => Promise.resolve(identityOf(here.core)));
    expect(session.amr).toEqual(['pwd', 'otp', 'mfa']);
    await message(here, { to: who.email, subject: 'Two-step sign-in is on' });
  });

  it('of a second kind is told of, and both sign in', async () => {
    const here = await world(database);
    const who = await member(here);
    const [first, second] = [await withApp(here, who), await withApp(here, who)];
    await message(here, { to: who.email, subject: 'A sign-in method was added' });
    for (const app of [first, second]) {
      const { session } = await who.login();
      const answer = { method: 'totp', code: app.code(), deviceId: app.deviceId };
      expect(await outcome(who.respond(session, answer))).toBe('tokens');
      here.clock.offset += 60_000;
    }
    const { session } = await who.login();
    const crossed = { method: 'totp', code: first.code(), deviceId: second.deviceId };
    expect(await outcome(who.respond(session, crossed))).toBe('VERIFY_CODE_INVALID');
  });

  it('is no way round the password', async () => {
    const here = await world(database);
    const who = await member(here);
    await withApp(here, who);
    const stranger = new Client(here.core, who.email);
    const login = stranger.as(() =>
      here.core.authService.login({ identifier: who.email, password: `${PASSWORD}!` }),
    );
    expect(await outcome(login)).toBe('AUTH_INVALID_CREDENTIALS');
  });
});

function identityOf(core: { context: { current(): { identity: unknown } | undefined } }) {
  const identity = core.context.current()?.identity as { session: { amr: string[]; authTime: Date } };
  return identity;
}
