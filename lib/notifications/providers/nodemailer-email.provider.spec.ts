import { createServer, type Server } from 'node:net';
import { SESv2Client, SendEmailCommand } from '@aws-sdk/client-sesv2';
import nodemailer from 'nodemailer';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { acceptAndDrop, HttpService, reply } from '../../../test/support/http-service';
import { MailServer, type MailFault } from '../../../test/support/mail-server';
import { PATIENCE_MS } from '../../../test/support/patience';
import { DeliveryError } from '../ports/delivery-error';
import type { EmailMessage } from '../ports/message';
import { NodemailerEmailProvider } from './nodemailer-email.provider';

const never = new AbortController().signal;
const from = { name: 'Example "App"', address: 'no-reply@example.com' };

function message(part: Partial<EmailMessage> = {}): EmailMessage {
  return {
    id: '0b8f7e2c-55a1-4b6e-9a52-1f8f0d6f7c11',
    to: 'ada@example.com',
    subject: 'Your code: 123456',
    html: '<p>123456 &lt;b&gt;</p>',
    text: '123456\n.\nline after a dot',
    template: 'verification',
    variables: { code: '123456' },
    ...part,
  };
}

/** How a provider failed. */
async function failure(work: Promise<void>): Promise<DeliveryError> {
  const error: unknown = await work.then(
    () => 'no error',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(DeliveryError);
  if (!(error instanceof DeliveryError)) throw new Error('unreachable');
  expect(error.message + error.reason).not.toMatch(/ada|123456/);
  return error;
}

describe('NodemailerEmailProvider with a mail server', () => {
  let server: MailServer;
  const providers: NodemailerEmailProvider[] = [];

  beforeEach(async () => {
    server = await MailServer.start();
  });
  afterEach(async () => {
    for (const provider of providers.splice(0)) await provider.close();
    await server.stop();
  });

  function provider(
    transport: object | string = { host: '127.0.0.1', port: server.port },
  ): NodemailerEmailProvider {
    const made = new NodemailerEmailProvider({ transport, from });
    providers.push(made);
    return made;
  }

  it('sends both forms to one recipient, with headers of its own', async () => {
    await provider().send(message(), never);
    const [mail] = server.mails;
    expect(mail?.recipients).toEqual(['ada@example.com']);
    expect(mail?.sender).toBe('no-reply@example.com');
    expect(mail?.parsed.subject).toBe('Your code: 123456');
    expect(mail?.parsed.text?.trim()).toBe('123456\n.\nline after a dot');
    expect(mail?.parsed.html).toContain('<p>123456 &lt;b&gt;</p>');
    expect(mail?.parsed.from?.value).toEqual([from]);
    expect(mail?.parsed.messageId).toBe('<0b8f7e2c-55a1-4b6e-9a52-1f8f0d6f7c11@example.com>');
    expect(mail?.parsed.headers.get('auto-submitted')).toBe('auto-generated');
  });

  it.each([
    ['an address', () => server.url],
    ['a pool', () => ({ host: '127.0.0.1', port: server.port, pool: true })],
    [
      'a transporter of the application',
      () => nodemailer.createTransport({ host: '127.0.0.1', port: server.port }),
    ],
  ])('takes %s', async (_, transport) => {
    const one = provider(transport());
    await one.verify();
    await one.send(message(), never);
    await one.send(message({ id: 'second', to: 'eve@example.com' }), never);
    expect(server.recipients).toEqual(['ada@example.com', 'eve@example.com']);
  });

  it('keeps the defaults of a transporter, and leaves it open', async () => {
    const transporter = nodemailer.createTransport(
      { host: '127.0.0.1', port: server.port },
      { from: 'own@example.org' },
    );
    const one = new NodemailerEmailProvider({ transport: transporter, replyTo: 'help@example.org' });
    await one.send(message(), never);
    await one.close();
    await transporter.sendMail({ to: 'eve@example.com', text: 'x' });
    expect(server.mails.map(({ sender }) => sender)).toEqual(['own@example.org', 'own@example.org']);
    expect(server.mails[0]?.parsed.replyTo?.text).toBe('help@example.org');
  });

  it('lets no text of a message add a header or a recipient (R144, S09)', async () => {
    const hostile = 'x\r\nBcc: eve@example.com\r\n\r\n<html>';
    await provider().send(
      message({ subject: hostile, text: `.\r\nRCPT TO:<eve@example.com>\r\n${hostile}` }),
      never,
    );
    const [mail] = server.mails;
    expect(server.recipients).toEqual(['ada@example.com']);
    expect(mail?.parsed.bcc).toBeUndefined();
    expect(mail?.parsed.headers.has('bcc')).toBe(false);
    expect(mail?.raw.split('\r\n\r\n')[0]).not.toMatch(/^bcc:/im);
    expect(mail?.parsed.text).toContain('RCPT TO:<eve@example.com>');
  });

  const faults: [MailFault, DeliveryError['outcome'], string][] = [
    [{ at: 'greeting', reply: 554 }, 'not-sent', 'SMTP 554'],
    [{ at: 'recipient', reply: 450 }, 'not-sent', 'SMTP 450'],
    [{ at: 'recipient', reply: 550 }, 'refused', 'SMTP 550'],
    [{ at: 'message', reply: 451 }, 'not-sent', 'SMTP 451'],
    [{ at: 'message', reply: 552 }, 'refused', 'SMTP 552'],
    [{ at: 'message', reply: 'accept and drop' }, 'unknown', 'ECONNECTION'],
  ];
  it.each(faults)(
    'knows what a server that does %j did with the message (FAULT-7)',
    async (fault, outcome, reason) => {
      server.fault = fault;
      for (const transport of [undefined, { host: '127.0.0.1', port: server.port, pool: true }]) {
        const kept = server.mails.length;
        expect(await failure(provider(transport).send(message(), never))).toMatchObject({ outcome, reason });
        expect(server.mails.length - kept).toBe(outcome === 'unknown' ? 1 : 0);
      }
    },
  );

  it.each([
    ['greeting', 'not-sent'],
    ['recipient', 'not-sent'],
    ['message', 'unknown'],
  ] as const)('stops when a server is silent at the %s: %s', async (at, outcome) => {
    server.fault = { at, reply: 'silence' };
    const controller = new AbortController();
    const sending = failure(provider().send(message(), controller.signal));
    await vi.waitFor(() => expect(server.silences).toBe(1), PATIENCE_MS);
    controller.abort();
    expect((await sending).outcome).toBe(outcome);
    expect(server.mails).toEqual([]);
  });

  it('does not hand over a message a second time, even if a pool of the application tries to', async () => {
    server.fault = { at: 'message', reply: 'accept and drop' };
    const pool = nodemailer.createTransport({
      host: '127.0.0.1',
      port: server.port,
      pool: true,
      maxRequeues: 3,
    });
    const error = await failure(
      new NodemailerEmailProvider({ transport: pool, from }).send(message(), never),
    );
    pool.close();
    expect(error.outcome).toBe('unknown');
    expect(server.mails).toHaveLength(1);
  });

  it('knows that nothing was sent where nobody answers', async () => {
    const { port } = server;
    await server.stop();
    expect(await failure(provider({ host: '127.0.0.1', port }).send(message(), never))).toMatchObject({
      outcome: 'not-sent',
    });
    server = await MailServer.start();
  });

  it('knows that nothing was sent where what answers is no mail server', async () => {
    const web: Server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((done) => web.listen(0, '127.0.0.1', done));
    const address = web.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    expect((await failure(provider({ host: '127.0.0.1', port }).send(message(), never))).outcome).toBe(
      'not-sent',
    );
    await new Promise((done) => web.close(done));
  });

  it('says at start what is missing', async () => {
    const load = (): Promise<never> => Promise.reject(new Error("Cannot find package 'nodemailer'"));
    const one = new NodemailerEmailProvider({ transport: server.url, from }, load);
    await expect(one.open()).rejects.toThrow(
      'NodemailerEmailProvider needs nodemailer 10: npm install nodemailer@10',
    );
  });
});

describe('NodemailerEmailProvider with Amazon SES', () => {
  let service: HttpService;
  let client: SESv2Client;

  beforeEach(async () => {
    service = await HttpService.start(reply(200, { MessageId: 'ses-1' }));
    client = new SESv2Client({
      region: 'eu-central-1',
      endpoint: service.url,
      credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
      maxAttempts: 1,
    });
  });
  afterEach(async () => {
    client.destroy();
    await service.stop();
  });

  const provider = (): NodemailerEmailProvider =>
    new NodemailerEmailProvider({ transport: { SES: { sesClient: client, SendEmailCommand } }, from });

  it('sends the same message', async () => {
    await provider().send(message(), never);
    const [request] = service.requests;
    const body: { Content: { Raw: { Data: string } }; Destination: unknown } = JSON.parse(
      request?.body ?? '',
    );
    expect(request?.path).toBe('/v2/email/outbound-emails');
    expect(body.Destination).toEqual({ ToAddresses: ['ada@example.com'] });
    expect(Buffer.from(body.Content.Raw.Data, 'base64').toString()).toContain('Subject: Your code: 123456');
  });

  it.each<[string, HttpService['answer'], DeliveryError['outcome'], RegExp]>([
    ['throttles', reply(429, { message: 'slow down' }), 'not-sent', /HTTP 429/],
    ['fails', reply(500, { message: 'ada@example.com' }), 'not-sent', /HTTP 500/],
    ['refuses the message', reply(400, { message: '123456' }), 'refused', /HTTP 400/],
    ['accepts and drops', acceptAndDrop, 'unknown', /./],
  ])('knows what a service that %s did with the message', async (_, answer, outcome, reason) => {
    service.answer = answer;
    const error = await failure(provider().send(message(), never));
    expect(error.outcome).toBe(outcome);
    expect(error.reason).toMatch(reason);
    expect(service.requests).toHaveLength(1);
  });

  it('knows that nothing was sent where nobody answers', async () => {
    await service.stop();
    expect((await failure(provider().send(message(), never))).outcome).toBe('not-sent');
    service = await HttpService.start(reply(200, {}));
  });
});
