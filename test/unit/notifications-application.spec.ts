import 'reflect-metadata';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveConfig } from '../../lib/config';
import { HeadlessModule } from '../../lib/headless/headless.module';
import { Notifier } from '../../lib/notifications';
import { createHarness, type Harness } from '../hosts/harness-config';
import type { HarnessFile } from '../hosts/harness-file';
import { HttpService, reply } from '../support/http-service';
import { MailServer } from '../support/mail-server';
import { eventually } from '../support/notifications';
import { borrowTestDatabase } from '../support/database-pool';
import { type TestDatabase } from '../support/services';

describe('an application that sends messages', () => {
  let test: TestDatabase;
  let application: INestApplicationContext | undefined;

  beforeEach(async () => {
    test = await borrowTestDatabase('sqlite');
  });
  afterEach(async () => {
    await application?.close();
    application = undefined;
    await test.drop();
  });

  async function start(channels: Pick<HarnessFile, 'email' | 'sms'>): Promise<Harness> {
    const harness = createHarness({ database: { type: 'sqlite', url: test.options.url }, ...channels });
    const config = resolveConfig(harness.config, { production: false });
    application = await NestFactory.createApplicationContext(HeadlessModule.with(config, undefined), {
      abortOnError: false,
      logger: false,
    });
    return harness;
  }

  async function sendBoth(): Promise<void> {
    const notifier = application?.get(Notifier);
    if (!notifier) throw new Error('not started');
    const email = { channel: 'email', template: 'verification', to: 'ada@example.com' } as const;
    const link = 'https://app.example.com/verify?token=1';
    await notifier.queue({
      ...{ ...email, admission: await notifier.admit(email), expiresInSeconds: 600 },
      variables: { code: '123456', link },
    });
    const sms = { channel: 'sms', template: 'mfa', to: '+436601234567' } as const;
    await notifier.queue({
      ...{ ...sms, admission: await notifier.admit(sms), expiresInSeconds: 600 },
      variables: { code: '654321' },
    });
  }

  it('keeps them in the outbox of the harness', async () => {
    const { outbox } = await start({ email: { globalVariables: { appName: 'Example' } } });
    await sendBoth();
    await eventually(() => outbox.messages.length === 2, 'both messages');
    expect(outbox.messages.toSorted((a, b) => a.channel.localeCompare(b.channel))).toEqual([
      {
        channel: 'email',
        to: 'ada@example.com',
        subject: 'Example: Your verification code',
        text: expect.stringContaining('123456'),
        code: '123456',
        link: 'https://app.example.com/verify?token=1',
      },
      {
        channel: 'sms',
        to: '+436601234567',
        subject: null,
        text: 'Example: 654321 is your sign-in code. Valid for 10 minutes. Do not pass it on.',
        code: '654321',
        link: null,
      },
    ]);
  });

  it('sends them through a mail server and a web service', async () => {
    const mail = await MailServer.start();
    const twilio = await HttpService.start(reply(201, { sid: 'SM1' }));
    try {
      await start({ email: { type: 'smtp', url: mail.url }, sms: { type: 'http', url: twilio.url } });
      await sendBoth();
      await eventually(() => mail.mails.length === 1 && twilio.requests.length === 1, 'both messages');
      expect(mail.recipients).toEqual(['ada@example.com']);
      expect(mail.mails[0]?.parsed.text).toContain('123456');
      expect(new URLSearchParams(twilio.requests[0]?.body).get('Body')).toContain('654321');
    } finally {
      await application?.close();
      application = undefined;
      await mail.stop();
      await twilio.stop();
    }
  });

  it('posts e-mail as JSON, with its id as key', async () => {
    const service = await HttpService.start(reply(200, {}));
    try {
      await start({ email: { type: 'http', url: service.url } });
      await sendBoth();
      await eventually(() => service.requests.length === 1, 'the message');
      expect(JSON.parse(service.requests[0]?.body ?? '')).toMatchObject({ to: 'ada@example.com' });
      expect(service.requests[0]?.headers['idempotency-key']).toMatch(/^[0-9a-f-]{36}$/);
    } finally {
      await service.stop();
    }
  });

  it('sends what waits before it gives the database back', async () => {
    const { outbox } = await start({});
    await sendBoth();
    await application?.close();
    application = undefined;
    expect(outbox.messages).toHaveLength(2);
  });

  it('refuses a channel that the harness does not know', () => {
    const database = { type: 'sqlite', url: ':memory:' } as const;
    expect(() => createHarness({ database, email: { type: 'pigeon' } })).toThrow(
      'none of outbox, smtp, http',
    );
    expect(() => createHarness({ database, email: { type: 'smtp' } })).toThrow('email.url is missing');
    expect(() => createHarness({ database, sms: { type: 'smtp', url: 'smtp://x' } })).toThrow(
      'none of outbox, http',
    );
  });
});
