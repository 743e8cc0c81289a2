import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RESOLVED_CONFIG, type ResolvedConfig } from '../../../lib/config';
import { Database } from '../../../lib/persistence';
import { CodeSender, OneTimeCodes, type CodeOrder, type CodeOwner } from '../../../lib/verification';
import { eventually, RecordingProvider } from '../../support/notifications';
import { borrowTestDatabase } from '../../support/database-pool';
import { type TestDatabase } from '../../support/services';
import { setUp, type Setup } from '../challenges/support';

const baseUrl = 'https://app.example.com/verify?step=email';

describe('CodeSender', () => {
  let database: TestDatabase;
  let on: Setup;
  let sender: CodeSender;
  let order: CodeOrder;
  const email = () => provider.messages;
  let provider: RecordingProvider;
  const owner: CodeOwner = { subject: 'somebody', userId: null, renewal: 'same-life' };

  beforeEach(async () => {
    database = await borrowTestDatabase('sqlite');
    provider = new RecordingProvider();
    on = await setUp(database, {
      emailProvider: provider,
      smsProvider: provider,
      signup: { emailVerification: { baseUrl, expiresIn: '10m' } },
    });
    sender = on.module.get(CodeSender);
    const { signup } = on.module.get<ResolvedConfig>(RESOLVED_CONFIG);
    order = {
      ...{ purpose: 'verify-email', channel: 'email', to: 'ada@example.com' },
      options: signup.emailVerification,
    };
  });

  afterEach(async () => {
    await on.module.close();
    await database.drop();
  });

  async function send(given: CodeOrder = order, to: CodeOwner = owner) {
    const admitted = await sender.admit(given);
    return on.module.get(Database).run(() => sender.send(admitted, to));
  }

  it('sends a code and a link that is built from the configuration (R120), and shows a hint', async () => {
    expect(await send()).toEqual({ isNew: true, destination: 'a***@e***.com' });
    await eventually(() => email().length === 1);
    const [message] = email();
    expect(message).toMatchObject({ to: 'ada@example.com', template: 'verification' });
    expect(message?.variables).toMatchObject({ code: expect.stringMatching(/^\d{6}$/), expiryMinutes: 10 });
    expect(message?.variables['link']).toMatch(
      /^https:\/\/app\.example\.com\/verify\?step=email#code=[\w-]{43}$/,
    );
    const codes = on.module.get(OneTimeCodes);
    const code = String(message?.variables['code']);
    expect(await codes.check('verify-email', 'somebody', code)).toMatchObject({ target: 'ada@example.com' });
    const linkCode = String(message?.variables['link']).slice(-43);
    expect(await codes.check('verify-email', 'somebody', linkCode)).toMatchObject({
      target: 'ada@example.com',
    });
  });

  it('sends text messages to numbers', async () => {
    const sent = await send({ ...order, purpose: 'password-reset', channel: 'sms', to: '+43 660 1234567' });
    expect(sent).toEqual({ isNew: true, destination: '***67' });
    await eventually(() => email().length === 1);
    expect(email()[0]).toMatchObject({ to: '+436601234567', template: 'passwordReset' });
  });

  it('sends nothing when the unit is undone, and nothing for a decoy, which is stored like any other', async () => {
    const admitted = await sender.admit(order);
    const undone = on.module.get(Database).run(async () => {
      await sender.send(admitted, owner);
      throw new Error('undone');
    });
    await expect(undone).rejects.toThrow('undone');
    expect(await send(order, { ...owner, subject: 'nobody', isDecoy: true })).toMatchObject({ isNew: true });
    expect(await send()).toMatchObject({ isNew: true });
    await eventually(() => email().length === 1);
    expect(await on.sql('SELECT subject FROM nauth_one_time_codes ORDER BY subject')).toEqual([
      { subject: 'nobody' },
      { subject: 'somebody' },
    ]);
  });

  it('rests between two codes; the second kills the first, and keeps its end', async () => {
    await send();
    expect(await send()).toMatchObject({ isNew: false });
    await expect(sender.resend(order, owner)).rejects.toMatchObject({
      code: 'RATE_LIMIT_RESEND',
      details: { retryAfter: expect.any(Number) },
    });
    on.now.offset = 60_000;
    expect(await sender.resend(order, owner)).toMatchObject({ isNew: true });
    await eventually(() => email().length === 2);
    const codes = on.module.get(OneTimeCodes);
    const [first, second] = email().map(({ variables }) => String(variables['link']).slice(-43));
    expect(email()[1]?.variables).toMatchObject({ expiryMinutes: 9 });
    expect(await codes.check('verify-email', 'somebody', first ?? '')).toBe('invalid');
    on.now.offset = 600_000;
    expect(await codes.check('verify-email', 'somebody', second ?? '')).toBe('expired');
  });

  it('records once a minute for each recipient that a code was asked for too soon, without the address (R030, R126)', async () => {
    const tooSoon = () =>
      on.sql("SELECT * FROM nauth_audit_events WHERE reason = 'rate_limit_resend' ORDER BY id");
    const eve = { ...order, to: 'eve@example.com' };
    await send();
    await send(eve, { ...owner, subject: 'somebody else' });
    expect(await tooSoon()).toEqual([]);
    for (let round = 0; round < 3; round += 1) {
      await expect(sender.resend(order, owner)).rejects.toMatchObject({ code: 'RATE_LIMIT_RESEND' });
    }
    const rows = await tooSoon();
    expect(rows).toMatchObject([{ type: 'SUSPICIOUS_ACTIVITY', status: 'FAILURE', user_id: null }]);
    expect(JSON.stringify(rows)).not.toContain('@');
    const asked = sender.resend(eve, { ...owner, subject: 'somebody else' });
    await expect(asked).rejects.toMatchObject({ code: 'RATE_LIMIT_RESEND' });
    expect(await tooSoon()).toHaveLength(2);
  });

  it('does not rest for another address', async () => {
    await send();
    expect(await sender.resend({ ...order, to: 'eve@example.com' }, owner)).toMatchObject({ isNew: true });
  });
});
