import { describe, expect, it } from 'vitest';
import { silentAudit } from '../../test/support/silent-audit';
import { manualClock } from '../../test/support/transient-database';
import { networkBucket } from '../common';
import { ContextStorage } from '../context';
import { NAuthException } from '../errors';
import type { SendRequest } from '../notifications';
import { MemoryTransientStore } from '../storage';
import { MessageLimits, RateLimiter, type MessageCaps } from './index';

const HOUR = 3600_000;
const most = (max: number) => ({ max, windowMs: HOUR });
const NONE: MessageCaps = { recipient: undefined, account: undefined, network: undefined, all: undefined };

function setUp(email: Partial<MessageCaps>, sms: Partial<MessageCaps> = {}) {
  const clock = manualClock();
  const context = new ContextStorage(clock);
  const limiter = new RateLimiter(new MemoryTransientStore(clock), silentAudit, clock);
  const messages = { email: { ...NONE, ...email }, sms: { ...NONE, ...sms } };
  const limits = new MessageLimits(limiter, context, { messages });
  /** 'sent', or the code of the refusal, for a message asked for from an address. */
  const send = (request: Partial<SendRequest> = {}, ip = '192.0.2.1'): Promise<string> => {
    const state = context.open({ headers: {} });
    state.client = {
      ...{ ipAddress: ip, userAgent: null, requestId: '', network: networkBucket(ip), deviceToken: null },
      device: { type: 'unknown', browser: null, browserVersion: null, os: null, osVersion: null },
      geo: () => Promise.resolve(null),
    };
    const whole: SendRequest = {
      ...{ channel: 'email', template: 'verification', purpose: 'code' },
      ...{ recipient: 'ada@example.com', userId: null, ...request },
    };
    return context.run(state, () =>
      limits.admit(whole).then(
        () => 'sent',
        (error: unknown) => (error instanceof NAuthException ? error.code : String(error)),
      ),
    );
  };
  return { clock, send };
}

describe('MessageLimits (R028)', () => {
  it('caps what one recipient gets, in whatever spelling, until the window is over', async () => {
    const { clock, send } = setUp({ recipient: most(2) });
    expect(await send()).toBe('sent');
    expect(await send({ recipient: 'ada+1@example.com' }, '192.0.2.9')).toBe('sent');
    expect(await send({ recipient: 'ada+2@example.com' }, '198.51.100.1')).toBe('RATE_LIMIT_EMAIL');
    expect(await send({ recipient: 'eve@example.com' })).toBe('sent');
    await clock.advance(HOUR);
    expect(await send()).toBe('sent');
  });

  it('caps what a kind of message allows to one recipient, beside the others', async () => {
    const { send } = setUp({ recipient: most(3) });
    const once = { recipientLimit: most(1) };
    expect(await send(once)).toBe('sent');
    expect(await send(once)).toBe('RATE_LIMIT_EMAIL');
    expect(await send({ ...once, template: 'passwordReset' })).toBe('sent');
    expect(await send({ template: 'mfaEmailCode' })).toBe('sent');
    expect(await send({ template: 'mfaEmailCode' })).toBe('RATE_LIMIT_EMAIL');
  });

  it('caps each account, each network, and all together', async () => {
    const account = setUp({ account: most(1) });
    const to = (name: string) => ({ recipient: `${name}@example.com` });
    expect(await account.send({ ...to('a'), userId: 'u1' })).toBe('sent');
    expect(await account.send({ ...to('b'), userId: 'u1' })).toBe('RATE_LIMIT_EMAIL');
    expect(await account.send({ ...to('b'), userId: 'u2' })).toBe('sent');
    const network = setUp({ network: most(1) });
    expect(await network.send(to('a'), '2001:db8::1')).toBe('sent');
    expect(await network.send(to('b'), '2001:db8::2')).toBe('RATE_LIMIT_EMAIL');
    expect(await network.send(to('b'), '2001:db8:1::2')).toBe('sent');
    const all = setUp({ all: most(1) });
    expect(await all.send(to('a'), '192.0.2.1')).toBe('sent');
    expect(await all.send(to('b'), '192.0.2.2')).toBe('RATE_LIMIT_EMAIL');
  });

  it('gives back what was counted for a message that is refused', async () => {
    const { send } = setUp({ recipient: most(1), network: most(3), all: most(3) });
    for (let round = 0; round < 5; round += 1) await send();
    expect(await send({ recipient: 'b@example.com' })).toBe('sent');
    expect(await send({ recipient: 'c@example.com' })).toBe('sent');
    expect(await send({ recipient: 'd@example.com' })).toBe('RATE_LIMIT_EMAIL');
  });

  it('counts notices for no network: they are sent in the background', async () => {
    const { send } = setUp({ network: most(1) });
    const notice = { purpose: 'notice', template: 'passwordChanged' } as const;
    for (const recipient of ['a@example.com', 'b@example.com'])
      expect(await send({ ...notice, recipient })).toBe('sent');
  });

  it('counts text messages and notices apart', async () => {
    const { send } = setUp({ recipient: most(1) }, { recipient: most(1) });
    const sms = { channel: 'sms', recipient: '+436601234567' } as const;
    expect([
      await send(),
      await send(sms),
      await send({ purpose: 'notice', template: 'passwordChanged' }),
    ]).toEqual(['sent', 'sent', 'sent']);
    expect(await send(sms)).toBe('RATE_LIMIT_SMS');
    expect(await send({ purpose: 'notice', template: 'newDevice' })).toBe('RATE_LIMIT_EMAIL');
  });
});
