import { NAuth, NAuthException, type NAuthConfig, type NAuthCore } from '@nauth-toolkit/nestjs';
import { TOTP } from 'otpauth';
import { expect, onTestFinished, vi } from 'vitest';
import { randomId } from '../../../lib/common';
import type { AuthResponseDTO } from '../../../lib/auth';
import { PATIENCE_MS } from '../../support/patience';
import { createTestDatabase, type TestDatabase } from '../../support/services';
import { secrets, testConfig } from '../nest/support';

export const PASSWORD = 'correct horse battery staple';

export interface Sent {
  channel: 'email' | 'sms';
  to: string;
  subject: string | null;
  code: string | null;
  /** Of the request that the message tells of. */
  ipAddress: unknown;
}

export interface World {
  core: NAuthCore;
  database: TestDatabase;
  sent: Sent[];
  clock: { offset: number };
  now(): number;
}

/** The toolkit on the database until the test is over. */
export async function world(
  database: TestDatabase,
  mfa: NAuthConfig['mfa'] = {},
  more: Partial<NAuthConfig> = {},
): Promise<World> {
  const opened = await openWorld(database, mfa, more);
  onTestFinished(() => opened.core.close());
  return opened;
}

/** The toolkit on the database, with the messages that it sends and a clock that can be moved. The caller closes it. */
export async function openWorld(
  database: TestDatabase,
  mfa: NAuthConfig['mfa'] = {},
  more: Partial<NAuthConfig> = {},
): Promise<World> {
  const sent: Sent[] = [];
  const clock = { offset: 0 };
  const now = (): number => Date.now() + clock.offset;
  const keep = (channel: Sent['channel']) => ({
    send: (message: { to: string; subject?: string; variables: Readonly<Record<string, unknown>> }) => {
      const { code, ipAddress } = message.variables;
      const subject = message.subject ?? null;
      sent.push({
        channel,
        to: message.to,
        subject,
        code: typeof code === 'string' ? code : null,
        ipAddress,
      });
      return Promise.resolve();
    },
  });
  const { core } = await NAuth.create({
    config: testConfig({
      database: database.options,
      jwt: {
        accessToken: { secret: secrets.access, expiresIn: '2h' },
        refreshToken: { secret: secrets.refresh },
      },
      clock: { now },
      emailProvider: keep('email'),
      smsProvider: keep('sms'),
      mfa: { enabled: true, ...mfa },
      ...more,
    }),
    adapter: { attach: (given: NAuthCore) => ({ core: given }) },
  });
  return { core, database, sent, clock, now };
}

/** The toolkit on a database of its own, where a second factor has to be set up within a week. See closeWorld. */
export async function openDemandingWorld(): Promise<World> {
  const database = await createTestDatabase('sqlite');
  return openWorld(database, { enforcement: 'REQUIRED', gracePeriod: 7 });
}

/** Closes the toolkit and removes its database. */
export async function closeWorld({ core, database }: World): Promise<void> {
  await core.close();
  await database.drop();
}

/** Somebody at a client, with the access token that was given last. */
export class Client {
  accessToken: string | undefined;
  refreshToken: string | undefined;

  constructor(
    private readonly core: NAuthCore,
    readonly email: string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  /** Runs `work` as a request of this client. */
  async as<T>(work: () => Promise<T>): Promise<T> {
    const state = this.core.context.open({
      method: 'POST',
      url: '/auth/x',
      headers: {
        ...this.headers,
        ...(this.accessToken !== undefined && { authorization: `Bearer ${this.accessToken}` }),
      },
      socket: { remoteAddress: '192.0.2.77' },
    });
    this.core.clientInfo.handle(state);
    await this.core.auth.identify(state);
    return this.core.context.run(state, work);
  }

  signup(): Promise<AuthResponseDTO> {
    return this.signIn(() => this.core.authService.signup({ email: this.email, password: PASSWORD }));
  }

  login(password = PASSWORD): Promise<AuthResponseDTO> {
    return this.signIn(() => this.core.authService.login({ identifier: this.email, password }));
  }

  respond(session: string | undefined, answer: Record<string, unknown>): Promise<AuthResponseDTO> {
    return this.signIn(() =>
      this.core.authService.respondToChallenge({ session, type: 'MFA_REQUIRED', ...answer }),
    );
  }

  private async signIn(work: () => Promise<AuthResponseDTO>): Promise<AuthResponseDTO> {
    this.accessToken = undefined;
    const answer = await this.as(work);
    this.accessToken = answer.accessToken;
    this.refreshToken = answer.refreshToken;
    return answer;
  }
}

export async function member({ core }: World): Promise<Client> {
  const client = new Client(core, `mfa.${randomId()}@example.com`);
  await client.signup();
  return client;
}

/** An authenticator app that is not ours. */
export class App {
  readonly totp: TOTP;

  constructor(
    secret: string,
    private readonly now: () => number,
  ) {
    this.totp = new TOTP({ secret, algorithm: 'SHA1', digits: 6, period: 30 });
  }

  code(steps = 0): string {
    return this.totp.generate({ timestamp: this.now() + steps * 30_000 });
  }
}

/** Gives the client an authenticator app, and moves the clock on, so that its next code is a new one. */
export async function withApp(world: World, client: Client): Promise<App & { deviceId: string }> {
  const { core, clock, now } = world;
  const { setupData } = await client.as(() => core.mfaService.setup({ methodName: 'totp' }));
  const app = new App(String(setupData['secret']), now);
  const { deviceId } = await client.as(() =>
    core.mfaService.verifySetup({ methodName: 'totp', setupData: { code: app.code() } }),
  );
  clock.offset += 90_000;
  return Object.assign(app, { deviceId });
}

/** The code of a refusal, or what was answered. */
export async function outcome(work: Promise<object>): Promise<string> {
  try {
    const answer = await work;
    if ('challengeName' in answer && answer.challengeName) return String(answer.challengeName);
    return 'accessToken' in answer ? 'tokens' : 'done';
  } catch (error) {
    if (error instanceof NAuthException) return error.code;
    throw error;
  }
}

/** Waits for a message; they go out after the answer. */
export async function message({ sent }: World, wanted: Partial<Sent>): Promise<Sent> {
  return vi.waitFor(() => {
    const found = sent.findLast((one) =>
      Object.entries(wanted).every(([key, value]) => one[key as keyof Sent] === value),
    );
    expect(found, JSON.stringify(wanted)).toBeDefined();
    return found as Sent;
  }, PATIENCE_MS);
}

/** Runs `work`, and gives what it answered together with the code that it sent. */
export async function withCode<T>(
  { sent }: World,
  channel: Sent['channel'],
  work: () => Promise<T>,
): Promise<{ answer: T; code: string }> {
  const codes = () => sent.filter((one) => one.channel === channel && one.code !== null);
  const before = codes().length;
  const answer = await work();
  return vi.waitFor(() => {
    const code = codes()[before]?.code;
    if (!code) throw new Error(`no code came by ${channel}`);
    return { answer, code };
  }, PATIENCE_MS);
}

/** Sets an address up as a factor; where its code went. */
export async function withAddress(
  here: World,
  who: Client,
  methodName: 'sms' | 'email',
  target: Record<string, string>,
): Promise<unknown> {
  const { mfaService } = here.core;
  const { answer, code } = await withCode(here, methodName, () =>
    who.as(() => mfaService.setup({ methodName, setupData: target })),
  );
  await who.as(() => mfaService.verifySetup({ methodName, setupData: { code } }));
  here.clock.offset += 90_000;
  return answer.setupData['destination'];
}
