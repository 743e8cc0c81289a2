import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../audit/support';
import { closeWorld, member, openDemandingWorld, outcome, withApp, type Client, type World } from './support';

const DAY_MS = 24 * 3600_000;

describe('sessions without a second factor that has to be set up (R086)', () => {
  let here: World;
  beforeAll(async () => {
    here = await openDemandingWorld();
  });
  afterAll(() => closeWorld(here));

  /** The client goes on with what it gets. */
  async function refresh(who: Client): Promise<string> {
    const { refreshToken = '' } = who;
    const answered = who.as(() => here.core.authService.refreshToken({ refreshToken }));
    const result = await outcome(answered);
    if (result === 'tokens') Object.assign(who, await answered);
    return result;
  }

  it('end with the grace period, and the next sign-in sets the factor up', async () => {
    const who = await member(here);
    here.clock.offset += 6 * DAY_MS;
    expect(await refresh(who)).toBe('tokens');
    const { sub } = await who.as(async () => here.core.authService.getProfile());
    here.clock.offset += DAY_MS;
    expect(await refresh(who)).toBe('AUTH_SESSION_EXPIRED');
    const sql = await connect(here.database);
    const rows = await sql.query(`SELECT revoke_reason FROM nauth_sessions WHERE user_id = '${sub}'`);
    expect(rows).toEqual([{ revoke_reason: 'mfa_required' }]);
    expect(await refresh(who)).toBe('AUTH_SESSION_NOT_FOUND');
    expect(await outcome(who.login())).toBe('MFA_SETUP_REQUIRED');
  });

  it('go on with the factor, or when the account is exempt', async () => {
    const [equipped, exempt] = [await member(here), await member(here)];
    await withApp(here, equipped);
    const { sub } = await exempt.as(async () => here.core.authService.getProfile());
    await here.core.mfaService.setMfaExemption({ sub, exempt: true, reason: 'no telephone' });
    for (let day = 0; day < 8; day += 4) {
      here.clock.offset += 4 * DAY_MS;
      expect([await refresh(equipped), await refresh(exempt)]).toEqual(['tokens', 'tokens']);
    }
  });

  it('have a grace period from their next refresh on where they are older than the policy', async () => {
    const who = await member(here);
    const sql = await connect(here.database);
    await sql.query(`DELETE FROM nauth_mfa_accounts`);
    here.clock.offset += 6 * DAY_MS;
    expect(await refresh(who)).toBe('tokens');
    here.clock.offset += 6 * DAY_MS;
    expect(await refresh(who)).toBe('tokens');
    here.clock.offset += DAY_MS;
    expect(await refresh(who)).toBe('AUTH_SESSION_EXPIRED');
  });
});
