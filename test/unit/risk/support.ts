import 'reflect-metadata';
import { Test, type TestingModule } from '@nestjs/testing';
import { AuthService } from '../../../lib/auth';
import { SignInGate, type SignInOutcome } from '../../../lib/challenges';
import { randomId } from '../../../lib/common';
import { resolveConfig, type NAuthConfig } from '../../../lib/config';
import { ContextStorage, type GeoLocation, type RequestState } from '../../../lib/context';
import type { AuthMethod, MfaMethodName } from '../../../lib/contracts';
import { NAuthException } from '../../../lib/errors';
import { HeadlessModule } from '../../../lib/headless/headless.module';
import { MFA_REPOSITORY, type MfaRepository } from '../../../lib/mfa';
import { Database } from '../../../lib/persistence';
import { AuthHandler, ClientInfoHandler } from '../../../lib/pipeline';
import { UNIT_OF_WORK, type UnitOfWork } from '../../../lib/common';
import { SessionEnder } from '../../../lib/sessions';
import { USER_REPOSITORY, type UserRepository } from '../../../lib/users';
import type { TestDatabase } from '../../support/services';
import { RecordingProvider } from '../../support/notifications';
import { testConfig } from '../nest/support';

export const PASSWORD = 'correct horse battery';
export const HOUR_MS = 3600_000;
export const DAY_MS = 24 * HOUR_MS;

/** Addresses whose place the table knows; every other one is unknown to it. */
export const places: Record<string, GeoLocation> = {
  '198.51.100.1': { country: 'CH', city: 'Zürich', latitude: 47.38, longitude: 8.54 },
  '198.51.100.2': { country: 'CH', city: 'Bern', latitude: 46.95, longitude: 7.44 },
  '203.0.113.1': { country: 'PE', city: 'Lima', latitude: -12.05, longitude: -77.04 },
};
export const ZURICH = '198.51.100.1';
export const BERN = '198.51.100.2';
export const LIMA = '203.0.113.1';
export const NOWHERE = '192.0.2.9';

/** Somebody at a client. */
export interface Client {
  address?: string;
  token?: string;
  headers?: Record<string, string>;
}

export interface Person {
  email: string;
  id: string;
  /** The device token of the first sign-in. */
  token: string;
}

let serial = 0;

/** An application with second factors on a database. */
export class World {
  now = Date.now();
  geoFails = false;
  readonly mails = new RecordingProvider();
  module!: TestingModule;

  static async open(database: TestDatabase, changes: Partial<NAuthConfig> = {}): Promise<World> {
    const world = new World();
    const config = resolveConfig(
      testConfig({
        database: database.options,
        clock: { now: () => world.now },
        session: { maxConcurrent: 0 },
        emailProvider: world.mails,
        geoLocation: { locator: { locate: (address) => world.locate(address) } },
        ...changes,
      }),
    );
    world.module = await Test.createTestingModule({
      imports: [HeadlessModule.with(config, undefined)],
    }).compile();
    await world.module.init();
    return world;
  }

  get auth(): AuthService {
    return this.module.get(AuthService);
  }

  /** Runs the work as a request of this client, signed in with the access token where there is one. */
  async from<T>(
    { address = ZURICH, token, headers = {} }: Client,
    work: (state: RequestState) => Promise<T>,
    accessToken?: string,
  ): Promise<T> {
    const context = this.module.get(ContextStorage);
    const state = context.open({
      headers: {
        'user-agent': 'spec/1.0',
        ...(token !== undefined && { 'x-device-token': token }),
        ...(accessToken !== undefined && { authorization: `Bearer ${accessToken}` }),
        ...headers,
      },
      socket: { remoteAddress: address },
    });
    this.module.get(ClientInfoHandler).handle(state);
    if (accessToken !== undefined) await this.module.get(AuthHandler).identify(state);
    return context.run(state, () => work(state));
  }

  async signUp(client: Client = {}): Promise<Person> {
    serial += 1;
    const email = `risk${serial}.${randomId().slice(0, 8)}@example.com`;
    const answer = await this.from(client, () => this.auth.signup({ email, password: PASSWORD }));
    const person = await this.module
      .get<UserRepository>(USER_REPOSITORY)
      .findWithPassword({ kind: 'email', value: email });
    return { email, id: person?.user.id ?? '', token: answer.deviceToken ?? '' };
  }

  /** Gives the account a factor, as if it had been set up. */
  async enrol({ id: userId }: Person, type: MfaMethodName = 'totp'): Promise<void> {
    const id = randomId();
    const device = { id, userId, type, slot: id, name: 'app', isActive: true } as const;
    const rest = {
      preferredAt: null,
      secret: 'sealed',
      target: null,
      createdAt: new Date(this.now),
      lastUsedAt: null,
    };
    await this.module
      .get<UnitOfWork>(UNIT_OF_WORK)
      .run(() =>
        this.module
          .get<MfaRepository>(MFA_REPOSITORY)
          .addDevice({ ...device, ...rest }, { max: 9, onlyFirst: false }),
      );
  }

  async person(client: Client = {}): Promise<Person> {
    const person = await this.signUp(client);
    await this.enrol(person);
    // As setting the first factor up does: what was opened without it ends.
    await this.module.get(SessionEnder).endAll(person.id, 'mfa_enabled');
    const { device } = await this.signInFully(person, client);
    return { ...person, token: device?.token ?? '' };
  }

  /** 'tokens', the name of a challenge or the code of a refusal. */
  async logIn({ email }: { email: string }, client: Client = {}, password = PASSWORD): Promise<string> {
    return outcome(this.from(client, () => this.auth.login({ identifier: email, password })));
  }

  /** A first factor that has been proved elsewhere: a passkey, a social provider, or one that is two factors. */
  async begin(
    { id }: Person,
    client: Client,
    how: { authMethod?: AuthMethod; amr?: string[] } = {},
  ): Promise<SignInOutcome> {
    const user = await this.module.get<UserRepository>(USER_REPOSITORY).findById(id);
    if (!user) throw new Error('there is no such user');
    const { authMethod = 'password', amr = ['pwd', 'otp', 'mfa'] } = how;
    return this.from(client, () =>
      this.module.get(SignInGate).begin({ user, authMethod, amr, deviceName: null, isSignup: false }),
    );
  }

  /** Signs in with both factors; the tokens. */
  async signInFully(person: Person, client: Client = {}, amr?: string[]) {
    const result = await this.begin(person, client, { amr });
    if (result.status !== 'signed-in') throw new Error(`asked for ${result.challenge.challengeName}`);
    return result.issued;
  }

  sql(text: string): Promise<Record<string, unknown>[]> {
    return this.module.get(Database).dataSource.query(text);
  }

  table(name: 'devices' | 'sessions' | 'audit_events'): string {
    return this.module.get(Database).tableName(name);
  }

  async events({ id }: Person, type: string): Promise<Record<string, unknown>[]> {
    const rows = await this.sql(
      `SELECT * FROM ${this.table('audit_events')} WHERE user_id = '${id}' AND type = '${type}' ORDER BY id`,
    );
    return rows;
  }

  /** Messages to owners about unusual sign-ins. */
  notices(): unknown[] {
    return this.mails.messages.filter(
      (message) => 'subject' in message && /Unusual sign-in/.test(message.subject),
    );
  }

  private locate(address: string): Promise<GeoLocation | null> {
    if (this.geoFails) return Promise.reject(new Error('the service is down'));
    return Promise.resolve(places[address] ?? null);
  }
}

export async function outcome(work: Promise<object>): Promise<string> {
  try {
    const answer = await work;
    if ('accessToken' in answer) return 'tokens';
    const name: unknown = Reflect.get(answer, 'challengeName');
    return typeof name === 'string' ? name : 'done';
  } catch (error) {
    if (error instanceof NAuthException) return error.code;
    throw error;
  }
}

export function outcomeOf(result: SignInOutcome): string {
  return result.status === 'signed-in' ? 'tokens' : result.challenge.challengeName;
}
