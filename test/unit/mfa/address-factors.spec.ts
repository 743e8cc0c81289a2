import 'reflect-metadata';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomId } from '../../../lib/common';
import { connect } from '../audit/support';
import {
  Client,
  closeWorld,
  member,
  message,
  openDemandingWorld,
  outcome,
  withAddress,
  withCode,
  type World,
} from './support';

describe('factors at the address of an account that gets another one (R086, R123)', () => {
  let here: World;
  beforeAll(async () => {
    here = await openDemandingWorld();
  });
  afterAll(() => closeWorld(here));

  const targetsOf = async (who: Client): Promise<Record<string, unknown>[]> => {
    const { devices } = await who.as(() => here.core.mfaService.getUserDevices());
    const ids = devices.map(({ id }) => `'${id}'`).join();
    const sql = await connect(here.database);
    return sql.query(`SELECT type, target FROM nauth_mfa_devices WHERE id IN (${ids})`);
  };

  async function moveTo(who: Client, email: string): Promise<void> {
    const { authService } = here.core;
    const { code } = await withCode(here, 'email', () => who.as(() => authService.updateProfile({ email })));
    await who.as(() => authService.confirmEmail({ code }));
  }

  it('follow to an address that was proved; codes that went to the one before are dead', async () => {
    const who = await member(here);
    await withAddress(here, who, 'email', {});
    const late = await withCode(here, 'email', () => new Client(here.core, who.email).login());
    const email = `moved.${randomId()}@example.com`;
    await moveTo(who, email);
    expect(await targetsOf(who)).toEqual([{ type: 'email', target: email }]);
    const { session } = late.answer;
    const answer = { method: 'email', code: late.code };
    expect(await outcome(who.respond(session, answer))).toBe('VERIFY_CODE_INVALID');
  });

  it('stay where they are when they are at another address', async () => {
    const who = await member(here);
    await withAddress(here, who, 'email', { email: 'box.of.its.own@example.org' });
    await moveTo(who, `moved.${randomId()}@example.com`);
    expect(await targetsOf(who)).toEqual([{ type: 'email', target: 'box.of.its.own@example.org' }]);
  });

  const withTelephone = async (who: Client, phone: string): Promise<void> => {
    const { authService } = here.core;
    const asked = await withCode(here, 'sms', () => who.as(() => authService.updateProfile({ phone })));
    await who.as(() => authService.confirmPhone({ code: asked.code }));
    await withAddress(here, who, 'sms', {});
    expect(await targetsOf(who)).toContainEqual({ type: 'sms', target: phone });
  };

  it('keep a number from going while they are the last one of an account that has to have one (R087)', async () => {
    const who = await member(here);
    const { authService, mfaService } = here.core;
    const phone = '+12025550144';
    await withTelephone(who, phone);
    expect(await outcome(who.as(() => authService.updateProfile({ phone: null })))).toBe('FORBIDDEN');
    expect(await who.as(async () => authService.getProfile())).toMatchObject({ phone });
    expect(await targetsOf(who)).toEqual([{ type: 'sms', target: phone }]);
    expect(await who.as(() => mfaService.getMfaStatus())).toMatchObject({ enabled: true });
  });

  it('go with a number that goes when there is another one', async () => {
    const who = await member(here);
    const { authService, mfaService } = here.core;
    await withAddress(here, who, 'email', { email: 'box.of.its.own@example.org' });
    await withTelephone(who, '+12025550145');
    await who.as(() => authService.updateProfile({ phone: null }));
    await message(here, { to: who.email, subject: 'A sign-in method was removed' });
    expect(await targetsOf(who)).toEqual([{ type: 'email', target: 'box.of.its.own@example.org' }]);
    expect(await who.as(() => mfaService.getMfaStatus())).toMatchObject({ enabled: true });
    const { sub } = await who.as(async () => authService.getProfile());
    const { data } = await here.core.auditService.getUserAuthHistory(sub);
    const removed = data.find(({ type }) => type === 'MFA_DEVICE_REMOVED');
    expect(removed).toMatchObject({ reason: 'address_changed', performedBy: null });
  });
});
