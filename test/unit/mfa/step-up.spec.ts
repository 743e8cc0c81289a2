import { NAuthException, type NAuthConfig } from '@nauth-toolkit/nestjs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { borrowTestDatabase } from '../../support/database-pool';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import {
  ORIGIN,
  RP_ID,
  SoftwareAuthenticator,
  type CreationOptions,
} from '../../support/passkeys/software-authenticator';
import { Client, member, outcome, PASSWORD, withApp, world, type World } from './support';

const HOUR_MS = 3600_000;

describeEachEngine('step-up by what the account can show (R084)', (engine) => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await borrowTestDatabase(engine);
  });
  afterAll(() => database.drop());

  /** What a route that wants a recent proof says of this session; 'done' where it has one. */
  async function demanded({ core }: World, who: Client): Promise<unknown> {
    try {
      await who.as(() => core.recentAuthentication.assert());
      return 'done';
    } catch (error) {
      return error instanceof NAuthException
        ? [error.details?.reason, error.details?.stepUp?.methods]
        : error;
    }
  }

  const stepUp = (here: World, who: Client, shown: object = {}) =>
    outcome(
      who.as(async () => {
        const answer = await here.core.authService.stepUp({ password: PASSWORD, ...shown });
        who.accessToken = answer.accessToken;
        return answer;
      }),
    );

  /** How the gate of sign-ins lets the account in, or what it takes. */
  async function atSignIn({ core }: World, { email }: Client): Promise<unknown> {
    const answer = await new Client(core, email).login();
    return answer.challengeParameters?.['availableMethods'] ?? outcome(Promise.resolve(answer));
  }

  /** Somebody with a passkey as the only factor and some codes, an hour after the sign-in, on servers that take no passkeys. */
  async function withoutPasskeys(codeCount: number, mfa: NAuthConfig['mfa'] = {}) {
    const passkey = { rpId: RP_ID, origin: [ORIGIN] };
    const before = await world(database, { passkey, backup: { codeCount: Math.max(codeCount, 1) } });
    const { mfaService } = before.core;
    const who = await member(before);
    const { setupData } = await who.as(() => mfaService.setup({ methodName: 'passkey' }));
    const credential = new SoftwareAuthenticator().create(setupData['options'] as CreationOptions);
    await who.as(() => mfaService.verifySetup({ methodName: 'passkey', setupData: { credential } }));
    const codes = codeCount === 0 ? [] : await codesOf(before, who);
    const here = await world(database, mfa);
    here.clock.offset = before.clock.offset + HOUR_MS;
    const later = new Client(here.core, who.email);
    later.accessToken = who.accessToken;
    return { here, who: later, codes };
  }

  async function codesOf({ core }: World, who: Client): Promise<string[]> {
    return (await who.as(() => core.mfaService.generateBackupCodes())).codes;
  }

  it('lists the factors, and backup codes while some are left', async () => {
    const here = await world(database, { backup: { codeCount: 1 } });
    const who = await member(here);
    const app = await withApp(here, who);
    const [code] = await codesOf(here, who);
    here.clock.offset += HOUR_MS;
    expect(await demanded(here, who)).toEqual(['too_old', ['totp', 'backup']]);
    expect(await stepUp(here, who, { method: 'backup', code })).toBe('tokens');
    here.clock.offset += HOUR_MS;
    expect(await demanded(here, who)).toEqual(['too_old', ['totp']]);
    expect(await stepUp(here, who, { method: 'totp', code: app.code() })).toBe('tokens');
    expect(await demanded(here, who)).toBe('done');
  });

  it('takes a backup code where the factor cannot be used any more, and the password alone never', async () => {
    const { here, who, codes } = await withoutPasskeys(1);
    expect(await atSignIn(here, who)).toEqual(['backup']);
    expect(await demanded(here, who)).toEqual(['too_old', ['backup']]);
    expect(await stepUp(here, who)).toBe('VALIDATION_FAILED');
    const data = who.as(() => here.core.authService.getStepUpData({ method: 'backup' }));
    expect(await data).toEqual({ challengeData: {} });
    expect(await stepUp(here, who, { method: 'backup', code: codes[0] })).toBe('tokens');
    expect(await demanded(here, who)).toBe('done');
    expect(await stepUp(here, who)).toBe('FORBIDDEN');
  });

  it('is refused where nothing can be shown, as the sign-in is', async () => {
    const { here, who } = await withoutPasskeys(0);
    expect(await atSignIn(here, who)).toEqual([]);
    expect(await demanded(here, who)).toEqual(['too_old', []]);
    for (const shown of [
      {},
      { method: 'passkey', credential: {} },
      { method: 'backup', code: 'AAAA-AAAA' },
    ]) {
      expect(await stepUp(here, who, shown)).toBe('FORBIDDEN');
    }
    expect(await demanded(here, who)).toEqual(['too_old', []]);
  });

  it('takes the password alone where second factors are switched off, as the sign-in does', async () => {
    const { here, who } = await withoutPasskeys(0, { enabled: false });
    expect(await atSignIn(here, who)).toBe('tokens');
    expect(await stepUp(here, who)).toBe('tokens');
    expect(await demanded(here, who)).toBe('done');
    const other = new Client(here.core, who.email);
    await other.login();
    expect(await demanded(here, other)).toBe('done');
  });
});
