import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Logger } from '@nestjs/common';
import { borrowTestDatabase } from '../../../test/support/database-pool';
import { describeEachEngine, type TestDatabase } from '../../../test/support/services';
import {
  eventually,
  openNotifications,
  RecordingProvider,
  type NotificationInstance,
  type NotificationParts,
} from '../../../test/support/notifications';
import { NAuthException } from '../../errors';
import { DeliveryError, type SendRequest } from '../index';

const HOUR = 3600_000;

/** What was logged. */
const lines: string[] = [];
beforeEach(() => {
  lines.length = 0;
  vi.spyOn(Logger.prototype, 'warn').mockImplementation((message: string) => void lines.push(message));
});
afterEach(() => {
  vi.restoreAllMocks();
});

describeEachEngine('outbox', (engine) => {
  let test: TestDatabase;
  const opened: NotificationInstance[] = [];
  let now: number;
  const clock = { now: () => now };

  beforeAll(async () => {
    test = await borrowTestDatabase(engine);
  });
  beforeEach(() => {
    now = Date.UTC(2026, 0, 1);
  });
  afterEach(async () => {
    const [first] = opened;
    await first?.database.execute((manager) =>
      manager.query(`DELETE FROM ${first.database.tableName('outbox')}`),
    );
    for (const instance of opened.splice(0)) await instance.close();
  });
  afterAll(() => test.drop());

  async function open(parts: NotificationParts): Promise<NotificationInstance> {
    const instance = await openNotifications(test.options, { clock, ...parts });
    opened.push(instance);
    return instance;
  }

  it('sends what was kept, after the commit, and forgets it', async () => {
    const email = new RecordingProvider();
    const one = await open({ email });
    const admission = await one.notifier.admit({
      channel: 'email',
      template: 'verification',
      to: 'Ada@Example.com',
    });
    await one.database.run(async () => {
      await one.notifier.queue({
        ...{
          channel: 'email',
          template: 'verification',
          to: 'Ada@Example.com',
          admission,
          expiresInSeconds: 3600,
        },
        ...{ userName: 'Ada', variables: { code: '123456', link: 'https://app.example.com/v?t=1' } },
      });
      expect(one.sender.counts.email.sent).toBe(0);
      expect(email.attempts).toBe(0);
    });
    await eventually(async () => (await one.rows()).length === 0, 'the message');
    expect(email.messages).toHaveLength(1);
    expect(email.messages[0]).toMatchObject({
      to: 'ada@example.com',
      subject: 'Your verification code',
      template: 'verification',
      variables: { code: '123456', link: 'https://app.example.com/v?t=1', expiryMinutes: 60 },
    });
    expect(one.sender.counts.email).toEqual({ sent: 1, retried: 0, failed: 0, uncertain: 0 });
  });

  it('sends nothing of a unit of work that was undone', async () => {
    const email = new RecordingProvider();
    const one = await open({ email });
    const failing = one.database.run(async () => {
      await one.notifier.queue({
        channel: 'email',
        template: 'passwordChanged',
        to: 'ada@example.com',
        variables: {},
      });
      throw new RangeError('undone');
    });
    await expect(failing).rejects.toThrow(RangeError);
    await one.sendCode('eve@example.com');
    await eventually(async () => (await one.rows()).length === 0, 'the message');
    expect(email.messages.map(({ to }) => to)).toEqual(['eve@example.com']);
  });

  it('works outside a unit of work', async () => {
    const email = new RecordingProvider();
    const one = await open({ email });
    await one.notifier.queue({
      channel: 'email',
      template: 'passwordChanged',
      to: 'ada@example.com',
      variables: {},
    });
    await eventually(() => email.messages.length === 1, 'the message');
  });

  it('keeps neither code nor address in clear (R145)', async () => {
    const email = new RecordingProvider();
    email.behaviour = () => Promise.reject(new Error('down'));
    const one = await open({ email });
    await one.sendCode('canary@example.com', '918273');
    await eventually(() => email.attempts === 1, 'the attempt');
    const [row] = await one.rows();
    expect(JSON.stringify(row)).not.toMatch(/918273|canary|example/);
    expect(row?.payload).toMatch(/^k1\.[A-Za-z0-9_-]{100,}$/);
  });

  it('sends an entry nowhere but in its own place', async () => {
    const email = new RecordingProvider();
    const one = await open({ email });
    email.behaviour = () => Promise.reject(new Error('down'));
    await one.sendCode('ada@example.com', '111111');
    now += 1;
    await one.sendCode('eve@example.com', '222222');
    await eventually(async () =>
      (await one.rows()).every(({ state, attempts }) => state === 'pending' && attempts === 1),
    );
    const [first, second] = await one.rows();
    await one.database.execute((manager) =>
      manager
        .createQueryBuilder()
        .update(one.database.entities.outbox)
        .set({ payload: second?.payload })
        .where('id = :id', { id: first?.id })
        .execute(),
    );
    email.behaviour = undefined;
    now += HOUR / 2;
    await one.sender.onApplicationBootstrap();
    await eventually(async () => (await one.rows()).length === 0, 'both');
    expect(email.messages.map(({ to }) => to)).toEqual(['eve@example.com']);
    expect(one.sender.counts.email).toMatchObject({ sent: 1, failed: 1 });
  });

  it('tries again what was certainly not sent, later and later, and sends it once (FAULT-7)', async () => {
    const email = new RecordingProvider();
    email.behaviour = (attempt) => (attempt <= 3 ? Promise.reject(new Error('down')) : Promise.resolve());
    const one = await open({ email });
    await one.sendCode('ada@example.com');
    const waits: number[] = [];
    for (let attempt = 1; attempt <= 3; attempt += 1) {
      await eventually(async () => {
        const [row] = await one.rows();
        return row?.state === 'pending' && row.attempts === attempt;
      }, `attempt ${attempt}`);
      const due = await one.outbox.due(new Date(now), 10);
      expect(due).toEqual([]);
      const [row] = await one.rows();
      const wait = (row?.dueAt.getTime() ?? Number.NaN) - now;
      waits.push(wait);
      now += wait;
      await one.sender.onApplicationBootstrap();
    }
    await eventually(() => email.messages.length === 1, 'the message');
    await eventually(async () => (await one.rows()).length === 0, 'the end');
    for (const [index, wait] of waits.entries()) {
      expect(wait).toBeGreaterThanOrEqual(1600 * 4 ** index);
      expect(wait).toBeLessThanOrEqual(2400 * 4 ** index);
    }
    expect(email.attempts).toBe(4);
    expect(one.sender.counts.email).toEqual({ sent: 1, retried: 3, failed: 0, uncertain: 0 });
  });

  it('does not send a code that has expired meanwhile', async () => {
    const email = new RecordingProvider();
    email.behaviour = () => Promise.reject(new Error('down'));
    const one = await open({ email });
    await one.sendCode('ada@example.com');
    await eventually(() => one.sender.counts.email.retried === 1, 'the attempt');
    email.behaviour = undefined;
    now += HOUR;
    await one.sender.onApplicationBootstrap();
    expect(await one.rows()).toEqual([]);
    expect(email.messages).toEqual([]);
  });

  it.each<[string, () => Promise<void>]>([
    ['refused', () => Promise.reject(new DeliveryError('refused', 'SMTP 550'))],
    ['of unknown fate', () => Promise.reject(new DeliveryError('unknown', 'answer lost'))],
    [
      'on a connection that broke',
      () => Promise.reject(Object.assign(new Error('x'), { code: 'ECONNRESET' })),
    ],
  ])('does not repeat a message %s (FAULT-7)', async (_, behaviour) => {
    const email = new RecordingProvider();
    email.behaviour = behaviour;
    const one = await open({ email });
    await one.sendCode('ada@example.com');
    await eventually(async () => (await one.rows()).length === 0, 'the end');
    expect(email.attempts).toBe(1);
    // Whoever asks again gets another message.
    email.behaviour = undefined;
    await one.sendCode('ada@example.com', '654321');
    await eventually(() => email.messages.length === 1, 'the second message');
  });

  it('repeats a message of unknown fate where the provider drops what it has had', async () => {
    const email = new RecordingProvider();
    email.deduplicates = true;
    email.behaviour = (attempt) =>
      attempt === 1 ? Promise.reject(new DeliveryError('unknown', 'lost')) : Promise.resolve();
    const one = await open({ email });
    await one.sendCode('ada@example.com');
    await eventually(() => one.sender.counts.email.retried === 1, 'the attempt');
    now += HOUR / 2;
    await one.sender.onApplicationBootstrap();
    await eventually(() => email.messages.length === 1, 'the message');
  });

  it('is shared by instances: each message is sent once', async () => {
    const email = new RecordingProvider();
    const instances = [await open({ email }), await open({ email }), await open({ email })];
    const [one] = instances;
    const total = 40;
    for (let index = 0; index < total; index += 1) {
      await one?.notifier.queue({
        ...{ channel: 'email', template: 'passwordChanged', to: `user${index}@example.com`, variables: {} },
      });
      const rows = (await one?.rows()) ?? [];
      for (const { id } of rows) for (const instance of instances) instance.sender.wake(id, 'email');
    }
    await eventually(async () => (await one?.rows())?.length === 0, 'every message');
    const counts = instances.map(({ sender }) => sender.counts.email.sent);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(total);
    expect(email.attempts).toBe(total);
    expect(new Set(email.messages.map(({ to }) => to)).size).toBe(total);
  });

  it('leaves to another instance what one could not send', async () => {
    const broken = new RecordingProvider();
    broken.behaviour = () => Promise.reject(new Error('down'));
    const first = await open({ email: broken });
    await first.sendCode('ada@example.com');
    await eventually(() => first.sender.counts.email.retried === 1, 'the attempt');
    await first.sender.close();
    const email = new RecordingProvider();
    const second = await open({ email });
    now += HOUR / 2;
    await second.sender.onApplicationBootstrap();
    await eventually(() => email.messages.length === 1, 'the message');
  });

  it('gives up an attempt whose process died, or repeats it where that is safe', async () => {
    for (const deduplicates of [false, true]) {
      const email = new RecordingProvider();
      email.deduplicates = deduplicates;
      const one = await open({ email });
      // An instance of which nothing but its claim is left.
      email.behaviour = () => Promise.reject(new Error('down'));
      await one.sendCode('ada@example.com');
      await eventually(() => one.sender.counts.email.retried === 1, 'the attempt');
      now += 10_000;
      const [row] = await one.rows();
      expect(await one.outbox.claim(row?.id ?? '', new Date(now), new Date(now + 60_000))).not.toBeNull();
      email.behaviour = undefined;
      now += 59_000;
      await one.sender.onApplicationBootstrap();
      expect((await one.rows()).map(({ state }) => state)).toEqual(['sending']);
      now += 1_000;
      await one.sender.onApplicationBootstrap();
      await eventually(async () => (await one.rows()).length === 0, 'the end');
      expect(email.messages).toHaveLength(deduplicates ? 1 : 0);
      expect(one.sender.counts.email.uncertain).toBe(deduplicates ? 0 : 1);
    }
  });

  it('answers at once, whatever the provider does (FAULT-7)', async () => {
    const email = new RecordingProvider();
    let released = 0;
    email.behaviour = (_, signal) =>
      new Promise<void>((_resolve, reject) => signal.addEventListener('abort', reject)).finally(
        () => (released += 1),
      );
    const one = await open({ email });
    for (let index = 0; index < 10; index += 1) await one.sendCode(`user${index}@example.com`);
    expect(released).toBe(0);
    expect(await one.rows()).toHaveLength(10);
    await eventually(() => email.attempts === 5, 'five attempts at once');
  });

  it('says of failures neither address nor content, and of many of a kind little (R127)', async () => {
    const email = new RecordingProvider();
    email.behaviour = () => Promise.reject(new Error('550 <canary@example.com>: 918273 {"text":"918273"}'));
    const one = await open({ email });
    for (let index = 0; index < 20; index += 1) await one.sendCode('canary@example.com', '918273');
    await eventually(() => one.sender.counts.email.retried === 20, 'the attempts');
    expect(JSON.stringify(lines)).not.toMatch(/canary|918273|example/);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(
      /^The email message [0-9a-f-]{36} \(verification, attempt 1\) was not sent \(Error\)/,
    );
  });

  it('asks the guard for codes before they are taken, and for notices before they are sent (R028)', async () => {
    const asked: SendRequest[] = [];
    const email = new RecordingProvider();
    const guard = {
      admit: (request: SendRequest) => {
        asked.push(request);
        const limited = request.recipient === 'limited@example.com';
        return limited
          ? Promise.reject(new NAuthException('RATE_LIMIT_EMAIL', { retryAfter: 60 }))
          : Promise.resolve(undefined);
      },
    };
    const one = await open({ email, guard });
    await expect(one.sendCode('limited@example.com')).rejects.toMatchObject({ code: 'RATE_LIMIT_EMAIL' });
    expect(await one.rows()).toEqual([]);
    const notice = { channel: 'email', template: 'accountLockout', variables: {}, userId: 'u1' } as const;
    await one.notifier.queue({ ...notice, to: 'limited@example.com' });
    await one.notifier.queue({ ...notice, to: 'ada@example.com' });
    const { counts } = one.sender;
    await eventually(() => counts.email.sent === 1 && counts.email.retried === 1, 'both attempts');
    expect(email.messages.map(({ to }) => to)).toEqual(['ada@example.com']);
    expect(counts.email).toMatchObject({ sent: 1, failed: 0 });
    // It waits for room.
    expect(await one.rows()).toHaveLength(1);
    const code = { channel: 'email', template: 'verification', purpose: 'code', userId: null };
    const told = { channel: 'email', template: 'accountLockout', purpose: 'notice', userId: 'u1' };
    expect(asked).toHaveLength(3);
    expect(asked[0]).toEqual({ ...code, recipient: 'limited@example.com' });
    for (const recipient of ['limited@example.com', 'ada@example.com']) {
      expect(asked.slice(1)).toContainEqual({ ...told, recipient });
    }
  });

  it('does not lose a notice when the guard cannot be asked', async () => {
    const email = new RecordingProvider();
    let isDown = true;
    const guard = {
      admit: () =>
        isDown ? Promise.reject(new NAuthException('SERVICE_UNAVAILABLE')) : Promise.resolve(undefined),
    };
    const one = await open({ email, guard });
    await one.notifier.queue({
      channel: 'email',
      template: 'newDevice',
      to: 'ada@example.com',
      variables: {},
    });
    await eventually(() => one.sender.counts.email.retried === 1, 'the attempt');
    isDown = false;
    now += HOUR;
    await one.sender.onApplicationBootstrap();
    await eventually(() => email.messages.length === 1, 'the message');
  });

  it('counts a notice once, however many attempts it takes, and sends it when there is room again', async () => {
    const email = new RecordingProvider();
    let [used, room] = [0, 1];
    const guard = {
      admit: () => {
        if (used >= room) return Promise.reject(new NAuthException('RATE_LIMIT_EMAIL', { retryAfter: 60 }));
        used += 1;
        return Promise.resolve({ giveBack: () => Promise.resolve(void (used -= 1)) });
      },
    };
    const one = await open({ email, guard });
    const { counts } = one.sender;
    const attemptAgain = async (): Promise<void> => {
      now += HOUR;
      await one.sender.onApplicationBootstrap();
    };
    const notice = { channel: 'email', template: 'newDevice', to: 'ada@example.com', variables: {} } as const;
    email.behaviour = () => Promise.reject(new DeliveryError('not-sent', 'SMTP 451'));
    await one.notifier.queue(notice);
    await eventually(() => counts.email.retried === 1, 'the first attempt');
    await attemptAgain();
    await eventually(() => counts.email.retried === 2, 'the second attempt');
    expect(email.attempts).toBe(2);
    email.behaviour = undefined;
    await attemptAgain();
    await eventually(() => email.messages.length === 1, 'the message');
    expect(used).toBe(1);
    await one.notifier.queue(notice);
    await eventually(() => counts.email.retried === 3, 'the refusal');
    room = 2;
    await attemptAgain();
    await eventually(() => email.messages.length === 2, 'the second message');
    expect(counts.email.failed).toBe(0);
  });

  it('sends what waits when the application ends, and keeps what it cannot send in time', async () => {
    const email = new RecordingProvider();
    const one = await openNotifications(test.options, { clock, email });
    for (let index = 0; index < 20; index += 1) await one.sendCode(`user${index}@example.com`);
    await one.close();
    expect(email.messages).toHaveLength(20);

    const hanging = new RecordingProvider();
    hanging.behaviour = (_, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new DeliveryError('not-sent', 'told to stop')));
      });
    const two = await openNotifications(test.options, { clock, email: hanging });
    for (let index = 0; index < 8; index += 1) await two.sendCode(`user${index}@example.com`);
    await eventually(() => hanging.attempts === 5, 'the attempts');
    await two.close();
    const three = await open({ email });
    expect((await three.rows()).map(({ state }) => state)).toEqual(Array(8).fill('pending'));
    await three.sender.onApplicationBootstrap();
    await eventually(async () => (await three.rows()).length === 0, 'the rest');
    expect(email.messages).toHaveLength(28);
  });
});

describe('codes', () => {
  it('need their admission, a provider, and a link that is one', async () => {
    const test = await borrowTestDatabase('sqlite');
    const email = new RecordingProvider();
    const one = await openNotifications(test.options, { email });
    try {
      const admission = await one.notifier.admit({
        channel: 'email',
        template: 'verification',
        to: 'ada@example.com',
      });
      const code = {
        ...({ channel: 'email', template: 'verification', to: 'ada@example.com', admission } as const),
        ...{ variables: { code: '1' }, expiresInSeconds: 60 },
      };
      await expect(one.notifier.queue({ ...code, to: 'eve@example.com' })).rejects.toThrow(TypeError);
      const link = (url: string): Promise<void> =>
        one.notifier.queue({ ...code, variables: { code: '1', link: url } });
      for (const url of [
        '/relative',
        'javascript:alert(1)',
        'https://a b',
        'https://a/"x',
        'data:text/html,x',
      ]) {
        await expect(link(url)).rejects.toThrow('absolute');
      }
      const sms = { channel: 'sms', template: 'mfa', to: '+436601234567' } as const;
      const allowed = await one.notifier.admit(sms);
      await expect(
        one.notifier.queue({ ...sms, admission: allowed, variables: { code: '1' }, expiresInSeconds: 60 }),
      ).rejects.toThrow('no provider');
      await expect(one.notifier.admit({ ...sms, to: '123' })).rejects.toMatchObject({
        code: 'VALIDATION_INVALID_PHONE',
      });
      for (const to of [
        'a@example.com\r\nBcc: eve@example.com',
        'a@example.com,b@example.com',
        'A <a@example.com>',
        '',
      ]) {
        await expect(
          one.notifier.admit({ channel: 'email', template: 'verification', to }),
        ).rejects.toMatchObject({
          code: 'VALIDATION_INVALID_EMAIL',
        });
        await expect(one.notifier.queue({ ...code, to })).rejects.toMatchObject({
          code: 'VALIDATION_INVALID_EMAIL',
        });
      }
      expect(await one.rows()).toEqual([]);
    } finally {
      await one.close();
      await test.drop();
    }
  });

  it('go to the countries that are served (R028)', async () => {
    const test = await borrowTestDatabase('sqlite');
    const options = { allowedCountries: new Set(['AT', 'US']) };
    const one = await openNotifications(test.options, { options });
    const admit = (to: string): Promise<unknown> =>
      one.notifier.admit({ channel: 'sms', template: 'mfa', to });
    try {
      for (const to of ['+436601234567', '+12133734253']) await expect(admit(to)).resolves.toBeDefined();
      // Germany, Jamaica (beside the United States below +1), a satellite phone, a number that belongs to nobody.
      for (const to of ['+4915112345678', '+18765230123', '+881612345678', '+15550100000']) {
        await expect(admit(to)).rejects.toMatchObject({ code: 'VALIDATION_INVALID_PHONE' });
      }
    } finally {
      await one.close();
      await test.drop();
    }
  });
});

describe('notices', () => {
  it('are dropped when they are suppressed, or nobody could send them', async () => {
    const test = await borrowTestDatabase('sqlite');
    const email = new RecordingProvider();
    const one = await openNotifications(test.options, { email });
    const none = await openNotifications(test.options, {});
    try {
      await one.notifier.queue({
        channel: 'email',
        template: 'welcome',
        to: 'ada@example.com',
        variables: {},
      });
      await none.notifier.queue({
        channel: 'email',
        template: 'newDevice',
        to: 'ada@example.com',
        variables: {},
      });
      expect(await one.rows()).toEqual([]);
    } finally {
      await one.close();
      await none.close();
      await test.drop();
    }
  });
});
