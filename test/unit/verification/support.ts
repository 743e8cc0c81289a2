import type { EmailMessage, SmsMessage } from '../../../lib/notifications';
import type { NAuthConfig } from '../../../lib/config';
import { eventually, RecordingProvider } from '../../support/notifications';
import type { TestDatabase } from '../../support/services';
import { setUp, type Setup } from '../challenges/support';

export const PASSWORD = 'correct-horse-battery-9';
export const ADA = { email: 'ada@example.com', password: PASSWORD };
export const PHONE = '+436601234567';

const UNCAPPED = { recipient: false, account: false, network: false, all: false } as const;

export interface Verification extends Setup {
  provider: RecordingProvider;
  /** The newest code for an address, once there are `count` messages with one. */
  code(to: string, count?: number): Promise<string>;
  link(to: string): Promise<string>;
  messages(to: string): (EmailMessage | SmsMessage)[];
}

/** An application that verifies, and what it has sent. Caps are high where a test is not about them. */
export async function setUpVerification(
  database: TestDatabase,
  signup: NAuthConfig['signup'] = {},
  changes: Partial<NAuthConfig> = {},
): Promise<Verification> {
  const provider = new RecordingProvider();
  const loose = { rateLimitMax: 1000 };
  const on = await setUp(database, {
    emailProvider: provider,
    smsProvider: provider,
    password: { bcryptCost: 4 },
    rateLimits: {
      signup: { network: false },
      messages: { email: UNCAPPED, sms: UNCAPPED },
    },
    ...changes,
    signup: {
      verificationMethod: 'both',
      ...signup,
      emailVerification: { ...loose, baseUrl: 'https://app.example.com/verify', ...signup.emailVerification },
      phoneVerification: { ...loose, ...signup.phoneVerification },
    },
  });
  const messages = (to: string) => provider.messages.filter((message) => message.to === to);
  const newest = async (to: string, count: number) => {
    const coded = () => messages(to).filter(({ variables }) => variables['code'] !== undefined);
    await eventually(() => coded().length >= count, `code ${count} for ${to}`);
    return coded().at(-1)?.variables ?? {};
  };
  return {
    ...on,
    provider,
    messages,
    code: async (to, count = 1) => String((await newest(to, count))['code']),
    link: async (to) => String((await newest(to, 1))['link']),
  };
}

export function wrong(code: string): string {
  return code === '000000' ? '111111' : '000000';
}
