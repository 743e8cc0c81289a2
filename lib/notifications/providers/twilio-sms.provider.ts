import { DeliveryError, toDeliveryError } from '../ports/delivery-error';
import type { SmsMessage } from '../ports/message';
import type { SMSProvider } from '../ports/sms-provider';

/** The part of a Twilio client that is used, written out so that no declaration file needs twilio. */
export interface TwilioClient {
  messages: { create(message: TwilioMessage): Promise<unknown> };
}

export interface TwilioMessage {
  to: string;
  body: string;
  from?: string;
  messagingServiceSid?: string;
}

interface TwilioHttpClient {
  request(options: { uri: string }): Promise<unknown>;
}

/** The part of the module that is used. */
export interface TwilioModule {
  default: ((accountSid: string, authToken: string, options: object) => TwilioClient) & {
    RequestClient: new (options: { timeout: number }) => TwilioHttpClient;
  };
}

interface TwilioSender {
  /** A number or an alphanumeric sender of the account. */
  from?: string;
  /** A messaging service of the account, in place of `from`. */
  messagingServiceSid?: string;
}

/** A client of the application, or what is needed to make one. */
export type TwilioSMSProviderOptions = TwilioSender &
  (
    | { client: TwilioClient }
    | {
        accountSid: string;
        authToken: string;
        region?: string;
        edge?: string;
        /** Origin that is asked in place of `https://api.twilio.com`, such as that of a proxy. */
        endpoint?: string;
      }
  );

/** Shorter than an attempt. */
const TIMEOUT_MS = 9_000;

/** Sends text messages with Twilio, through its own library (the optional peer twilio). */
export class TwilioSMSProvider implements SMSProvider {
  private client: TwilioClient | undefined;

  constructor(
    private readonly options: TwilioSMSProviderOptions,
    private readonly load: () => Promise<TwilioModule> = () => import('twilio'),
  ) {
    if (!options.from && !options.messagingServiceSid) {
      throw new TypeError('TwilioSMSProvider needs a sender: from or messagingServiceSid');
    }
  }

  /** @throws {Error} when the optional peer twilio is not installed, or does not take the credentials */
  async open(): Promise<void> {
    this.client ??= 'client' in this.options ? this.options.client : await this.create(this.options);
  }

  async send({ to, text }: SmsMessage): Promise<void> {
    await this.open();
    const { from, messagingServiceSid } = this.options;
    try {
      await this.client?.messages.create({
        to,
        body: text,
        ...(messagingServiceSid ? { messagingServiceSid } : { from }),
      });
    } catch (error) {
      throw twilioOutcome(error);
    }
  }

  private async create(
    options: Extract<TwilioSMSProviderOptions, { accountSid: string }>,
  ): Promise<TwilioClient> {
    const { default: twilio } = await this.load().catch((cause: unknown) => {
      throw new Error('TwilioSMSProvider needs twilio: npm install twilio', { cause });
    });
    const { accountSid, authToken, region, edge, endpoint } = options;
    const http = new twilio.RequestClient({ timeout: TIMEOUT_MS });
    const httpClient = endpoint === undefined ? http : redirected(http, new URL(endpoint));
    return twilio(accountSid, authToken, { region, edge, httpClient, autoRetry: false });
  }
}

function redirected(http: TwilioHttpClient, endpoint: URL): TwilioHttpClient {
  return {
    request: (options) => {
      const uri = new URL(options.uri);
      uri.protocol = endpoint.protocol;
      uri.host = endpoint.host;
      return http.request({ ...options, uri: uri.href });
    },
  };
}

/** Twilio's own numbers say more than the status: some of the 400s are about the account, not about the message. */
function twilioOutcome(error: unknown): DeliveryError {
  const known = toDeliveryError(error);
  const code: unknown = error instanceof Error ? Reflect.get(error, 'code') : undefined;
  if (known.outcome === 'unknown' || typeof code !== 'number') return known;
  return new DeliveryError(known.outcome, `${known.reason} Twilio ${code}`, { cause: error });
}
