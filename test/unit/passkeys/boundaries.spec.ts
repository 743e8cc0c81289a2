import 'reflect-metadata';
import { NAuthException } from '@nauth-toolkit/nestjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataSource } from 'typeorm';
import { ORIGIN, SoftwareAuthenticator } from '../../support/passkeys/software-authenticator';
import { createTestDatabase, type TestDatabase } from '../../support/services';
import { connect } from '../audit/support';
import { Client, openWorld, outcome, PASSWORD, type World } from '../mfa/support';
import { assertionOptions, begin, creationOptions, finish, logIn, newcomer, owner, setUp } from './support';

const MINUTE_MS = 60_000;

/** What pages of other sites make, embedded as they may be (R094). */
const framed: [string, object][] = [
  ['crossOrigin', { crossOrigin: true }],
  ['crossOrigin in other words', { crossOrigin: 'true' }],
  ['crossOrigin null', { crossOrigin: null }],
  ['crossOrigin 1', { crossOrigin: 1 }],
  ['topOrigin of another site', { topOrigin: 'https://evil.example' }],
  ['topOrigin of our own', { topOrigin: ORIGIN }],
  ['an empty topOrigin', { topOrigin: '' }],
  ['topOrigin null', { topOrigin: null }],
  ['both', { crossOrigin: true, topOrigin: ORIGIN }],
];

describe('passkeys', () => {
  let database: TestDatabase;
  let here: World;
  let sql: DataSource;
  const closing: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    database = await createTestDatabase('sqlite');
    const passkey = { rpId: 'app.example.com', origin: [ORIGIN] };
    here = await openWorld(
      database,
      { enforcement: 'REQUIRED', passkey },
      {
        tokenDelivery: { method: 'hybrid' },
        rateLimits: { login: { network: false }, signup: { network: false }, passkey: { network: false } },
      },
    );
    closing.push(() => here.core.close());
    sql = await connect(database, closing);
  });
  afterAll(async () => {
    for (const close of closing) await close();
    await database.drop();
  });

  /** Everything that a client is told of a refusal. */
  async function refusal(work: Promise<unknown>): Promise<unknown> {
    const error: unknown = await work.catch((caught: unknown) => caught);
    if (!(error instanceof NAuthException)) throw new Error('it was not refused');
    return [error.getStatus(), error.code, error.message, error.details];
  }

  it('of a disabled or deleted account are refused like one that nobody has (R014)', async () => {
    const [disabled, deleted] = [await owner(here), await owner(here)];
    expect(await outcome(logIn(here, disabled.authenticator))).toBe('tokens');
    expect(await outcome(logIn(here, deleted.authenticator))).toBe('tokens');
    const unknown = await refusal(logIn(here, disabled.authenticator, { credentialId: Buffer.alloc(32, 9) }));
    await sql.query('UPDATE nauth_users SET is_active = 0 WHERE id = ?', [disabled.sub]);
    await sql.query('DELETE FROM nauth_users WHERE id = ?', [deleted.sub]);
    expect(await refusal(logIn(here, disabled.authenticator))).toEqual(unknown);
    expect(await refusal(logIn(here, deleted.authenticator))).toEqual(unknown);
    expect(unknown).toEqual([401, 'AUTH_INVALID_CREDENTIALS', expect.any(String), undefined]);
    const named = async (authenticator: SoftwareAuthenticator, identifier: string) => {
      const client = new Client(here.core, '');
      const { session, options } = await client.as(() =>
        here.core.authService.getPasskeyLoginOptions({ identifier }),
      );
      const { challenge, allowCredentials } = options as { challenge: string; allowCredentials: unknown[] };
      expect(allowCredentials).toHaveLength(4);
      return refusal(finish(here, client, session, authenticator.get({ challenge })));
    };
    expect(await named(disabled.authenticator, disabled.client.email)).toEqual(unknown);
    expect(await named(deleted.authenticator, deleted.client.email)).toEqual(unknown);
    // The owner of the trail is told what the client is not, before anything of a sign-in has begun.
    const told: { reason: string }[] = await sql.query(
      `SELECT DISTINCT reason FROM nauth_audit_events WHERE type = 'LOGIN_FAILED' AND user_id = ?`,
      [disabled.sub],
    );
    expect(told).toEqual([{ reason: 'account_inactive' }]);
    // Enabled again, it is what it was.
    await sql.query('UPDATE nauth_users SET is_active = 1 WHERE id = ?', [disabled.sub]);
    expect(await outcome(logIn(here, disabled.authenticator))).toBe('tokens');
  });

  it('of an account that is disabled between options and answer do not sign in', async () => {
    const { authenticator, sub } = await owner(here);
    const client = new Client(here.core, '');
    const { session, options } = await begin(here, client);
    await sql.query('UPDATE nauth_users SET is_active = 0 WHERE id = ?', [sub]);
    expect(await outcome(finish(here, client, session, authenticator.get(options)))).toBe(
      'AUTH_INVALID_CREDENTIALS',
    );
  });

  it('end a login where it began: in that session, and by a client that gets tokens in the same way (R093)', async () => {
    const { authenticator } = await owner(here);
    const [one, other] = [new Client(here.core, ''), new Client(here.core, '')];
    const [mine, theirs] = [await begin(here, one), await begin(here, other)];
    const crossed = finish(here, one, theirs.session, authenticator.get(mine.options));
    expect(await outcome(crossed)).toBe('AUTH_INVALID_CREDENTIALS');
    // Begun by an app, ended by a page: the page's cookies are not for what an app was asked.
    const app = await begin(here, one);
    const page = new Client(here.core, '', { 'sec-fetch-site': 'same-origin' });
    const switched = finish(here, page, app.session, authenticator.get(app.options));
    expect(await outcome(switched)).toBe('AUTH_INVALID_CREDENTIALS');
    const began = await begin(here, page);
    expect(await outcome(finish(here, page, began.session, authenticator.get(began.options)))).toBe('tokens');
  });

  it('show themselves to the sign-in that asked, of several of one account (R093, R097)', async () => {
    const { client, authenticator } = await owner(here);
    const [one, other] = [new Client(here.core, client.email), new Client(here.core, client.email)];
    const [mine, theirs] = [String((await one.login()).session), String((await other.login()).session)];
    const options = await assertionOptions(here, one, mine);
    await assertionOptions(here, other, theirs);
    const answer = { method: 'passkey', credential: authenticator.get(options) };
    expect(await outcome(other.respond(theirs, answer))).toBe('VERIFY_CODE_INVALID');
    expect(await outcome(one.respond(mine, answer))).toBe('tokens');
  });

  it('are set up by the session that began, of several of one account (R093)', async () => {
    const { client, authenticator } = await owner(here);
    const other = new Client(here.core, client.email);
    const session = String((await other.login()).session);
    const asked = await assertionOptions(here, other, session);
    await other.respond(session, { method: 'passkey', credential: authenticator.get(asked) });
    const { mfaService } = here.core;
    const { setupData } = await client.as(() => mfaService.setup({ methodName: 'passkey' }));
    const credential = new SoftwareAuthenticator().create(
      setupData['options'] as Parameters<SoftwareAuthenticator['create']>[0],
    );
    const verify = (who: Client) =>
      outcome(who.as(() => mfaService.verifySetup({ methodName: 'passkey', setupData: { credential } })));
    expect(await verify(other)).toBe('RESOURCE_NOT_FOUND');
    expect(await verify(client)).toBe('done');
  });

  describe('where a sign-in asks for a factor to be set up', () => {
    it('are that factor, and sign in alone from then on (R085, R096)', async () => {
      const { client, session } = await newcomer(here);
      const authenticator = new SoftwareAuthenticator();
      const options = await creationOptions(here, client, session);
      const credential = authenticator.create(options);
      expect(await outcome(setUp(client, session, credential))).toBe('tokens');
      const { context, mfaService } = here.core;
      const identity = await client.as(() => Promise.resolve(context.current()?.identity));
      expect(identity).toMatchObject({ session: { amr: expect.arrayContaining(['pwd', 'mfa']) } });
      const { devices } = await client.as(() => mfaService.getUserDevices());
      expect(devices.map(({ type }) => type)).toEqual(['passkey']);
      expect(await outcome(setUp(client, session, credential))).toBe('CHALLENGE_INVALID');
      expect((await client.login()).challengeName).toBe('MFA_REQUIRED');
      expect(await outcome(logIn(here, authenticator))).toBe('tokens');
    });

    it('are not what another challenge asked for, an old one, or one of somebody else (R093, R098)', async () => {
      const [ada, bob] = [await newcomer(here), await newcomer(here)];
      const taken = await owner(here);
      const tried = async (credential: object) => outcome(setUp(ada.client, ada.session, credential));
      const theirs = await creationOptions(here, bob.client, bob.session);
      await creationOptions(here, ada.client, ada.session);
      expect(await tried(new SoftwareAuthenticator().create(theirs))).toBe('VERIFY_CODE_INVALID');

      const known = await creationOptions(here, ada.client, ada.session);
      expect(await tried(taken.authenticator.clone().create(known))).toBe('VERIFY_CODE_INVALID');

      const again = String((await ada.client.login()).session);
      const late = await creationOptions(here, ada.client, again);
      here.clock.offset += 5 * MINUTE_MS + 1000;
      const tooLate = setUp(ada.client, again, new SoftwareAuthenticator().create(late));
      expect(await outcome(tooLate)).toBe('RESOURCE_NOT_FOUND');
      const [{ devices } = { devices: 0 }]: { devices: number }[] = await sql.query(
        'SELECT COUNT(*) AS devices FROM nauth_mfa_devices d JOIN nauth_users u ON u.id = d.user_id WHERE u.email = ?',
        [ada.client.email],
      );
      expect(devices).toBe(0);
      expect(await outcome(logIn(here, taken.authenticator))).toBe('tokens');
    });
  });

  it('made in a frame of another site are neither taken nor set up (R094)', async () => {
    const { client, authenticator } = await owner(here);
    const answers: unknown[] = [];
    for (const [name, clientData] of framed) {
      const login = await outcome(logIn(here, authenticator, { clientData }));
      const { setupData } = await client.as(() => here.core.mfaService.setup({ methodName: 'passkey' }));
      const options = setupData['options'] as Parameters<SoftwareAuthenticator['create']>[0];
      const credential = new SoftwareAuthenticator().create(options, { clientData });
      const verify = { methodName: 'passkey', setupData: { credential } };
      answers.push([name, login, await outcome(client.as(() => here.core.mfaService.verifySetup(verify)))]);
    }
    const expected = ['AUTH_INVALID_CREDENTIALS', 'VERIFY_CODE_INVALID'];
    expect(answers).toEqual(framed.map(([name]) => [name, ...expected]));
    // Older browsers do not say; they have no cross-origin passkeys either.
    const silent = logIn(here, authenticator, { clientData: { crossOrigin: undefined } });
    expect(await outcome(silent)).toBe('tokens');
  });

  it('of another account are no proof for the one that is signed in (R097)', async () => {
    const [ada, bob] = [await owner(here), await owner(here)];
    const { authService, mfaService } = here.core;
    const tried = async (handle: string | null | undefined) => {
      const { challengeData } = await ada.client.as(() => mfaService.challenge({ method: 'passkey' }));
      const options = challengeData['options'] as { challenge: string };
      const credential = bob.authenticator.get(options, { userHandle: handle });
      return refusal(ada.client.as(() => mfaService.verify({ method: 'passkey', credential })));
    };
    // In words of its own: those of the code speak of a password.
    const refused = [401, 'AUTH_INVALID_CREDENTIALS', 'The passkey was not accepted.', undefined];
    for (const handle of [undefined, null, ada.authenticator.userHandle]) {
      expect(await tried(handle)).toEqual(refused);
    }
    expect(await refusal(logIn(here, new SoftwareAuthenticator()))).toEqual(refused);
    const { challengeData } = await ada.client.as(() => authService.getStepUpData({ method: 'passkey' }));
    const options = challengeData['options'] as { challenge: string };
    const own = ada.authenticator.get(options);
    const body = { password: PASSWORD, method: 'passkey', credential: own };
    expect(await outcome(ada.client.as(() => authService.stepUp(body)))).toBe('tokens');
    expect(await outcome(logIn(here, bob.authenticator))).toBe('tokens');
  });
});
