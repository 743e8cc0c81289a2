import { toDeliveryError } from '../ports/delivery-error';
import type { SmsMessage } from '../ports/message';
import type { SMSProvider } from '../ports/sms-provider';

/** The part of an SNS client that is used, written out so that no declaration file needs the AWS SDK. */
export interface SnsClient {
  send(command: object, options?: { abortSignal?: AbortSignal }): Promise<unknown>;
  destroy?(): void;
}

/** The part of `@aws-sdk/client-sns` that is used. */
export interface SnsModule {
  SNSClient: new (options: object) => SnsClient;
  PublishCommand: new (input: SnsPublishInput) => object;
}

export interface SnsPublishInput {
  PhoneNumber: string;
  Message: string;
  MessageAttributes: Record<string, { DataType: string; StringValue: string }>;
}

/** A client of the application, or what is needed to make one. Credentials: the SDK's own search by default. */
export type AwsSnsSMSProviderOptions = {
  /** Name that the message shows as its sender, in countries that allow it. */
  senderId?: string;
  /** Number of the account to send from. */
  originationNumber?: string;
} & (
  | { client: SnsClient }
  | {
      region: string;
      credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string };
      endpoint?: string;
    }
);

/**
 * Sends text messages with Amazon SNS, through the AWS SDK 3 (the optional peer `@aws-sdk/client-sns`). The SDK's own
 * repetitions are off: they could send a message twice. A client of the application should have `maxAttempts: 1` too.
 */
export class AwsSnsSMSProvider implements SMSProvider {
  private sdk: { client: SnsClient; PublishCommand: SnsModule['PublishCommand'] } | undefined;

  constructor(
    private readonly options: AwsSnsSMSProviderOptions,
    private readonly load: () => Promise<SnsModule> = () => import('@aws-sdk/client-sns'),
  ) {}

  /** @throws {Error} when the optional peer is not installed */
  async open(): Promise<void> {
    await this.opened();
  }

  async send({ to, text }: SmsMessage, signal: AbortSignal): Promise<void> {
    const { client, PublishCommand } = await this.opened();
    const command = new PublishCommand({
      PhoneNumber: to,
      Message: text,
      MessageAttributes: this.attributes(),
    });
    try {
      await client.send(command, { abortSignal: signal });
    } catch (error) {
      throw toDeliveryError(error);
    }
  }

  close(): Promise<void> {
    if (!('client' in this.options)) this.sdk?.client.destroy?.();
    this.sdk = undefined;
    return Promise.resolve();
  }

  private async opened(): Promise<NonNullable<AwsSnsSMSProvider['sdk']>> {
    if (this.sdk) return this.sdk;
    const { SNSClient, PublishCommand } = await this.load().catch((cause: unknown) => {
      const how = 'npm install @aws-sdk/client-sns';
      throw new Error(`AwsSnsSMSProvider needs @aws-sdk/client-sns: ${how}`, { cause });
    });
    this.sdk = { client: this.client(SNSClient), PublishCommand };
    return this.sdk;
  }

  private client(SNSClient: SnsModule['SNSClient']): SnsClient {
    if ('client' in this.options) return this.options.client;
    const { region, credentials, endpoint } = this.options;
    return new SNSClient({ region, credentials, endpoint, maxAttempts: 1 });
  }

  private attributes(): SnsPublishInput['MessageAttributes'] {
    const { senderId, originationNumber } = this.options;
    const entries = {
      'AWS.SNS.SMS.SMSType': 'Transactional',
      'AWS.SNS.SMS.SenderID': senderId,
      'AWS.MM.SMS.OriginationNumber': originationNumber,
    };
    return Object.fromEntries(
      Object.entries(entries).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, { DataType: 'String', StringValue: value }]],
      ),
    );
  }
}
