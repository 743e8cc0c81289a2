import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/services';
import { connect } from '../audit/support';
import { Client, member, outcome, PASSWORD, withApp, withCode, world } from './support';

describe('a factor that a signed-in user shows', () => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await createTestDatabase('sqlite')));
  afterAll(() => database.drop());

  it('is used up, and leaves the session as it is and an event in the trail', async () => {
    const here = await world(database);
    const who = await member(here);
    const app = await withApp(here, who);
    const { mfaService } = here.core;
    const session = () => who.as(() => Promise.resolve(here.core.context.current()?.identity));
    const before = await session();
    const show = (code: string) => who.as(() => mfaService.verify({ method: 'totp', code }));
    const code = app.code();
    expect(await show(code)).toEqual({ verified: true, method: 'totp' });
    expect(await outcome(show(code))).toBe('VERIFY_CODE_INVALID');
    expect(await session()).toEqual(before);
    const sql = await connect(database);
    const rows: unknown[] = await sql.query(
      `SELECT status FROM nauth_audit_events WHERE type LIKE 'MFA_VERIFICATION_%' ORDER BY id`,
    );
    expect(rows).toEqual([{ status: 'SUCCESS' }, { status: 'FAILURE' }]);
    // What has been shown here is no code for a sign-in, nor the other way round.
    const { session: challenge } = await who.login();
    expect(await outcome(who.respond(challenge, { method: 'totp', code }))).toBe('VERIFY_CODE_INVALID');
  });

  it('counts wrong ones with those of step-up and of challenges (R081)', async () => {
    const here = await world(database);
    const who = await member(here);
    const app = await withApp(here, who);
    const { authService, mfaService } = here.core;
    const show = (code: string) => outcome(who.as(() => mfaService.verify({ method: 'totp', code })));
    const stepUp = (code: string) =>
      outcome(who.as(() => authService.stepUp({ password: PASSWORD, method: 'totp', code })));
    for (let count = 0; count < 5; count += 1) {
      expect(await show('000000')).toBe('VERIFY_CODE_INVALID');
      expect(await stepUp('000000')).toBe('VERIFY_CODE_INVALID');
    }
    expect(await show(app.code())).toBe('CHALLENGE_MAX_ATTEMPTS');
    expect(await stepUp(app.code())).toBe('CHALLENGE_MAX_ATTEMPTS');
  });

  it('is one of the account, and its code one of the session that asked for it', async () => {
    const here = await world(database);
    const [who, other] = [await member(here), await member(here)];
    const { mfaService } = here.core;
    const foreign = await withApp(here, other);
    expect(await outcome(who.as(() => mfaService.challenge({ method: 'email' })))).toBe('VALIDATION_FAILED');
    const { code: first } = await withCode(here, 'email', () =>
      who.as(() => mfaService.setup({ methodName: 'email' })),
    );
    await who.as(() => mfaService.verifySetup({ methodName: 'email', setupData: { code: first } }));
    const named = { method: 'totp', code: foreign.code(), deviceId: foreign.deviceId };
    expect(await outcome(who.as(() => mfaService.verify(named)))).toBe('VALIDATION_FAILED');

    const elsewhere = new Client(here.core, who.email);
    here.clock.offset += 5 * 60_000;
    const signIn = await withCode(here, 'email', () => elsewhere.login());
    await elsewhere.respond(signIn.answer.session, { method: 'email', code: signIn.code });
    here.clock.offset += 5 * 60_000;
    const { code } = await withCode(here, 'email', () =>
      who.as(() => mfaService.challenge({ method: 'email' })),
    );
    const show = (client: Client) => outcome(client.as(() => mfaService.verify({ method: 'email', code })));
    expect(await show(elsewhere)).toMatch(/^VERIFY_CODE_/);
    expect(await show(new Client(here.core, who.email))).toBe('AUTH_TOKEN_MISSING');
    expect(await show(who)).toBe('done');
    expect(await show(who)).toMatch(/^VERIFY_CODE_/);
  });
});
