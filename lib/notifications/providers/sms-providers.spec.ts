import twilio from 'twilio';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { acceptAndDrop, HttpService, reply, silence } from '../../../test/support/http-service';
import { PATIENCE_MS } from '../../../test/support/patience';
import { DeliveryError } from '../ports/delivery-error';
import type { SmsMessage } from '../ports/message';
import type { SMSProvider } from '../ports/sms-provider';
import { AwsSnsSMSProvider } from './aws-sns-sms.provider';
import { TwilioSMSProvider } from './twilio-sms.provider';

const message: SmsMessage = {
  id: 'message-1',
  to: '+436601234567',
  text: '123456 is your code & more',
  template: 'verification',
  variables: { code: '123456' },
};
const never = new AbortController().signal;
const ACCOUNT = `AC${'0'.repeat(32)}`;

const published =
  '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m-1</MessageId>' +
  '</PublishResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></PublishResponse>';

async function failure(work: Promise<void>): Promise<DeliveryError> {
  const error: unknown = await work.then(
    () => 'no error',
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof DeliveryError)) throw new Error(`it ended with ${String(error)}`);
  expect(error.message + error.reason).not.toMatch(/6601234567|123456/);
  return error;
}

/** What a service that is asked over HTTP may do, and what then is known. */
function describeFaults(accepted: HttpService['answer'], start: (service: HttpService) => SMSProvider): void {
  let service: HttpService;
  let provider: SMSProvider;

  beforeEach(async () => {
    service = await HttpService.start(accepted);
    provider = start(service);
  });
  afterEach(async () => {
    await provider.close?.();
    await service.stop();
  });

  it.each<[string, HttpService['answer'], DeliveryError['outcome']]>([
    ['500', reply(500, { code: 20500, message: '+436601234567' }), 'not-sent'],
    ['503', reply(503, { code: 20503, message: '123456' }), 'not-sent'],
    ['429', reply(429, { code: 20429, message: 'slow down' }), 'not-sent'],
    ['401', reply(401, { code: 20003, message: 'who?' }), 'not-sent'],
    ['400', reply(400, { code: 21211, message: 'no number: +436601234567' }), 'refused'],
    ['502', reply(502, 'bad gateway', 'text/html'), 'unknown'],
    ['nothing and breaks the connection', acceptAndDrop, 'unknown'],
  ])('a service that answers %s', async (_, answer, outcome) => {
    service.answer = answer;
    expect((await failure(provider.send(message, never))).outcome).toBe(outcome);
    // The library did not try a second time.
    expect(service.requests).toHaveLength(1);
  });

  it('a service that is not there', async () => {
    await service.stop();
    expect((await failure(provider.send(message, never))).outcome).toBe('not-sent');
    service = await HttpService.start(accepted);
  });
}

describe('TwilioSMSProvider', () => {
  const accepted = reply(201, { sid: 'SM1', status: 'queued' });
  const options = { accountSid: ACCOUNT, authToken: 'token', from: '+15005550006' };

  it('orders a message', async () => {
    const service = await HttpService.start(accepted);
    const provider = new TwilioSMSProvider({ ...options, endpoint: service.url });
    await provider.open();
    await provider.send(message);
    const [request] = service.requests;
    expect(request).toMatchObject({ method: 'POST', path: `/2010-04-01/Accounts/${ACCOUNT}/Messages.json` });
    expect(request?.headers.authorization).toBe(
      `Basic ${Buffer.from(`${ACCOUNT}:token`).toString('base64')}`,
    );
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      To: '+436601234567',
      From: '+15005550006',
      Body: '123456 is your code & more',
    });
    await service.stop();
  });

  it('takes a client of the application, and a messaging service', async () => {
    const sent: unknown[] = [];
    const client = { messages: { create: (given: unknown) => Promise.resolve(void sent.push(given)) } };
    await new TwilioSMSProvider({ client, messagingServiceSid: 'MG1' }).send(message);
    expect(sent).toEqual([{ to: message.to, body: message.text, messagingServiceSid: 'MG1' }]);
    // A client of the library has the form that is asked for.
    expect(
      () => new TwilioSMSProvider({ client: twilio(ACCOUNT, 'token'), from: '+15005550006' }),
    ).not.toThrow();
  });

  it('says what is missing', async () => {
    expect(() => new TwilioSMSProvider({ accountSid: ACCOUNT, authToken: 'token' })).toThrow(
      'needs a sender',
    );
    const load = (): Promise<never> => Promise.reject(new Error('no package'));
    await expect(new TwilioSMSProvider(options, load).open()).rejects.toThrow(
      'needs twilio: npm install twilio',
    );
  });

  describeFaults(accepted, (service) => new TwilioSMSProvider({ ...options, endpoint: service.url }));
});

describe('AwsSnsSMSProvider', () => {
  const accepted = reply(200, published, 'text/xml');
  const credentials = { accessKeyId: 'key', secretAccessKey: 'secret' };

  it('publishes a message', async () => {
    const service = await HttpService.start(accepted);
    const provider = new AwsSnsSMSProvider({
      ...{ region: 'eu-central-1', endpoint: service.url, credentials },
      senderId: 'EXAMPLE',
    });
    await provider.open();
    await provider.send(message, never);
    const sent = Object.fromEntries(new URLSearchParams(service.requests[0]?.body));
    expect(sent).toMatchObject({
      Action: 'Publish',
      PhoneNumber: '+436601234567',
      Message: '123456 is your code & more',
      'MessageAttributes.entry.1.Name': 'AWS.SNS.SMS.SMSType',
      'MessageAttributes.entry.1.Value.StringValue': 'Transactional',
      'MessageAttributes.entry.2.Value.StringValue': 'EXAMPLE',
    });
    await provider.close();
    await service.stop();
  });

  it('stops when it is told to', async () => {
    const service = await HttpService.start(silence);
    const provider = new AwsSnsSMSProvider({ region: 'eu-central-1', endpoint: service.url, credentials });
    const controller = new AbortController();
    const sending = failure(provider.send(message, controller.signal));
    await vi.waitFor(() => expect(service.requests).toHaveLength(1), PATIENCE_MS);
    controller.abort();
    expect((await sending).outcome).toBe('unknown');
    await provider.close();
    await service.stop();
  });

  it('says what is missing', async () => {
    const load = (): Promise<never> => Promise.reject(new Error('no package'));
    await expect(new AwsSnsSMSProvider({ region: 'eu-central-1' }, load).open()).rejects.toThrow(
      'needs @aws-sdk/client-sns: npm install @aws-sdk/client-sns',
    );
  });

  describeFaults(
    accepted,
    (service) => new AwsSnsSMSProvider({ region: 'eu-central-1', endpoint: service.url, credentials }),
  );
});
