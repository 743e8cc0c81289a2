import 'reflect-metadata';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { AuthService } from '../../lib/auth';
import { randomId, randomToken } from '../../lib/common';
import { resolveConfig, type NAuthConfig } from '../../lib/config';
import { ContextStorage, type ClientInfo } from '../../lib/context';
import { DEVICE_REPOSITORY, DeviceCleaner, DeviceTokens, type DeviceRepository } from '../../lib/devices';
import { HeadlessModule } from '../../lib/headless/headless.module';
import { KNOWN_CLIENTS, type KnownClients } from '../../lib/lockout';
import { Database } from '../../lib/persistence';
import { ClientInfoHandler } from '../../lib/pipeline';
import { borrowTestDatabase } from '../support/database-pool';
import { describeEachEngine, type TestDatabase } from '../support/services';
import { account, testConfig } from './nest/support';

const HOUR_MS = 3600_000;
const DAY_MS = 24 * HOUR_MS;
const HOME = '198.51.100.1';
const ELSEWHERE = '203.0.113.77';
const TOKEN = /^[\w-]{43}$/;

interface Client {
  address?: string;
  token?: string;
}

interface SignedIn {
  email: string;
  userId: string;
  /** The device token of the sign-up. */
  token: string | undefined;
}

let serial = 0;

describeEachEngine('devices', (engine) => {
  let test: TestDatabase;
  let module: TestingModule;
  let now = 0;

  const boot = async (changes: Partial<NAuthConfig> = {}): Promise<TestingModule> => {
    const config = resolveConfig(
      testConfig({
        database: test.options,
        clock: { now: () => now },
        session: { maxConcurrent: 0 },
        lockout: { enabled: false },
        ...changes,
      }),
    );
    const builder = Test.createTestingModule({ imports: [HeadlessModule.with(config, undefined)] });
    const booted = await builder.compile();
    await booted.init();
    return booted;
  };
  /** Does the work at an instance of another configuration, on the same database. */
  const configured = async (changes: Partial<NAuthConfig>, work: () => Promise<void>): Promise<void> => {
    const usual = module;
    module = await boot(changes);
    try {
      await work();
    } finally {
      await module.close();
      module = usual;
    }
  };
  beforeAll(async () => {
    test = await borrowTestDatabase(engine);
    module = await boot();
  });
  beforeEach(() => {
    now = Date.now();
  });
  afterAll(async () => {
    await module.close();
    await test.drop();
  });

  /** Runs the work as a request of this client. */
  const from = <T>(
    { address = HOME, token }: Client,
    work: (client: ClientInfo) => Promise<T>,
  ): Promise<T> => {
    const context = module.get(ContextStorage);
    const headers = { 'x-device-token': token, 'user-agent': 'spec/1.0' };
    const state = context.open({ headers, socket: { remoteAddress: address } });
    module.get(ClientInfoHandler).handle(state);
    const { client } = state;
    if (!client) throw new Error('there is no client');
    return context.run(state, () => work(client));
  };
  const signUp = (client: Client): Promise<SignedIn> =>
    from(client, async () => {
      const email = `device${(serial += 1)}@example.com`;
      const answer = await module.get(AuthService).signup({ ...account, email });
      return { email, userId: answer.user?.sub ?? '', token: answer.deviceToken };
    });
  /** A login; the device token that it gave, if any. */
  const logIn = ({ email: identifier }: SignedIn, client: Client): Promise<string | undefined> =>
    from(client, async () => {
      const { password } = account;
      return (await module.get(AuthService).login({ identifier, password })).deviceToken;
    });
  const known = ({ userId }: { userId: string }, client: Client): Promise<string | undefined> =>
    from(client, (info) => module.get<KnownClients>(KNOWN_CLIENTS).isKnown(userId, info));
  const sql = (text: string): Promise<Record<string, unknown>[]> =>
    module.get(Database).dataSource.query(text);
  const rows = ({ userId }: SignedIn, table: 'devices' | 'sessions'): Promise<Record<string, unknown>[]> => {
    const name = module.get(Database).tableName(table);
    return sql(`SELECT * FROM ${name} WHERE user_id = '${userId}' ORDER BY created_at, id`);
  };

  it('keep a digest of their token, and nowhere the token (R145)', async () => {
    const user = await signUp({});
    const { token = '' } = user;
    expect(token).toMatch(TOKEN);
    const [device] = await rows(user, 'devices');
    expect(device?.token_digest).toBe(module.get(DeviceTokens).digest(user.userId, token));
    expect(device?.trusted_until).toBeNull();
    for (const { options } of Object.values(module.get(Database).entities)) {
      const dump = JSON.stringify(await sql(`SELECT * FROM ${options.name}`));
      expect([options.name, dump.includes(token)]).toEqual([options.name, false]);
    }
  });

  it('are known by their token to their user alone (R031)', async () => {
    const alice = await signUp({});
    const bob = await signUp({ address: ELSEWHERE });
    const [device] = await rows(alice, 'devices');
    const stolen = { address: '192.0.2.200', token: alice.token };
    expect(await known(alice, stolen)).toBe(`device:${String(device?.id)}`);
    expect(await known(bob, stolen)).toBeUndefined();
    expect(await known(alice, { ...stolen, token: bob.token })).toBeUndefined();
    expect(await known(alice, { ...stolen, token: randomToken(32) })).toBeUndefined();
    // A digest that got into a row of somebody else, by hand or by fault, fits nobody.
    const devices = module.get(Database).tableName('devices');
    await sql(`UPDATE ${devices} SET user_id = '${bob.userId}' WHERE id = '${String(device?.id)}'`);
    expect(await known(bob, stolen)).toBeUndefined();
    expect(await logIn(bob, stolen)).toMatch(TOKEN);
  });

  it('are known by their network, for 90 days after a sign-in', async () => {
    const user = await signUp({});
    expect(await known(user, { address: HOME })).toBe(`network:${HOME}`);
    expect(await known(user, { address: ELSEWHERE })).toBeUndefined();
    now += 10 * DAY_MS;
    // The device is elsewhere now; the session of then still speaks for the network.
    await logIn(user, { address: ELSEWHERE, token: user.token });
    expect(await known(user, { address: HOME })).toBe(`network:${HOME}`);
    expect(await known(user, { address: ELSEWHERE })).toBe(`network:${ELSEWHERE}`);
    now += 81 * DAY_MS;
    expect(await known(user, { address: HOME })).toBeUndefined();
    expect(await known(user, { address: ELSEWHERE })).toBe(`network:${ELSEWHERE}`);
    now += 10 * DAY_MS;
    expect(await known(user, { address: ELSEWHERE })).toBeUndefined();
    expect(await known(user, { address: ELSEWHERE, token: user.token })).toMatch(/^device:/);
  });

  it('of one /64 are of one network, and those without an address of none', async () => {
    const user = await signUp({ address: '2001:db8::1' });
    expect(await known(user, { address: '2001:db8::ffff' })).toBe('network:2001:db8::/64');
    expect(await known(user, { address: '2001:db8:0:1::1' })).toBeUndefined();
    await logIn(user, { address: '' });
    expect((await rows(user, 'sessions')).map(({ network }) => network)).toContain('unknown');
    expect(await known(user, { address: '' })).toBeUndefined();
  });

  it('are known to nobody who does not exist, and made by no call outside of a request', async () => {
    const user = await signUp({});
    const nobody = { userId: '00000000-0000-4000-8000-000000000000' };
    expect(await known(nobody, { token: user.token })).toBeUndefined();
    expect(await module.get<KnownClients>(KNOWN_CLIENTS).isKnown(user.userId, undefined)).toBeUndefined();
    const { password } = account;
    const answer = await module.get(AuthService).login({ identifier: user.email, password });
    expect(answer.deviceToken).toBeUndefined();
    expect(await rows(user, 'devices')).toHaveLength(1);
  });

  it('are noted as seen at most once an hour', async () => {
    const user = await signUp({});
    const { token } = user;
    const seen = async (): Promise<string> => JSON.stringify((await rows(user, 'devices'))[0]?.last_seen_at);
    const first = await seen();
    now += HOUR_MS - 1000;
    expect(await logIn(user, { token })).toBeUndefined();
    expect(await seen()).toBe(first);
    now += 2000;
    await logIn(user, { token });
    expect(await seen()).not.toBe(first);
    expect(await rows(user, 'devices')).toHaveLength(1);
  });

  it('of one user are 50 at most: those that were seen last', async () => {
    const user = await signUp({});
    const { userId } = user;
    now += 1000;
    const second = await logIn(user, {});
    const repository = module.get<DeviceRepository>(DEVICE_REPOSITORY);
    const look = { browser: null, os: null, network: HOME, trustedUntil: null } as const;
    for (let count = 1; count <= 48; count += 1) {
      const at = new Date(now + count * 1000);
      const names = { id: randomId(), userId, tokenDigest: randomToken(32), type: 'unknown' } as const;
      await repository.insert({ ...names, ...look, createdAt: at, lastSeenAt: at });
    }
    expect(await rows(user, 'devices')).toHaveLength(50);
    now += 60_000;
    await logIn(user, {});
    expect(await rows(user, 'devices')).toHaveLength(50);
    expect(await logIn(user, { token: second })).toBeUndefined();
    expect(await logIn(user, { token: user.token })).toMatch(TOKEN);
  });

  it('are found again under a former key, and written under the new one', async () => {
    const [former, current] = ['a', 'b'].map((letter) => `${letter}7Kq2Vx9Bn4Ld8Rt3Zw6Yc1Mf5Hs0JpUe`);
    let user: SignedIn | undefined;
    const client = (): Client => ({ address: ELSEWHERE, token: user?.token });
    const devices = async (): Promise<string[]> =>
      user ? (await rows(user, 'devices')).map(({ id }) => `device:${String(id)}`) : [];
    await configured({ encryption: { keys: { former: former ?? '' } } }, async () => {
      user = await signUp({});
    });
    const [device] = await devices();
    const both = { keys: { former: former ?? '', current: current ?? '' }, current: 'current' };
    await configured({ encryption: both }, async () => {
      expect(user && (await known(user, client()))).toBe(device);
      expect(user && (await logIn(user, { token: user.token }))).toBeUndefined();
    });
    await configured({ encryption: { keys: { current: current ?? '' } } }, async () => {
      expect(user && (await known(user, client()))).toBe(device);
    });
    expect(await devices()).toEqual([device]);
  });

  it('are removed in the background when they have not been seen for half a year', async () => {
    const user = await signUp({});
    const cleaner = module.get(DeviceCleaner);
    now += 100 * DAY_MS;
    const token = await logIn(user, { address: ELSEWHERE });
    now += 79 * DAY_MS;
    await cleaner.clean();
    expect(await rows(user, 'devices')).toHaveLength(2);
    now += 2 * DAY_MS;
    await cleaner.clean();
    expect((await rows(user, 'devices')).map(({ network }) => network)).toEqual([ELSEWHERE]);
    expect(await logIn(user, { token })).toBeUndefined();
  });

  it('do not cross when one user signs in on many at once', async () => {
    const user = await signUp({});
    const tokens = await Promise.all(Array.from({ length: 8 }, () => logIn(user, {})));
    expect(new Set(tokens).size).toBe(8);
    expect(await rows(user, 'devices')).toHaveLength(9);
    const sessions = await rows(user, 'sessions');
    expect(new Set(sessions.map(({ device_id }) => device_id)).size).toBe(9);
  });

  it('sign in although the locator fails or hangs, and where it says (R031)', async () => {
    const user = await signUp({});
    const places: unknown[] = [];
    for (const locate of [
      () => Promise.reject(new Error('down')),
      () => new Promise<never>(() => undefined),
      () => Promise.resolve({ country: 'CH', city: 'Zürich' }),
    ]) {
      now += 1000;
      await configured({ geoLocation: { locator: { locate } } }, async () => {
        expect(await logIn(user, {})).toMatch(TOKEN);
      });
      const session = (await rows(user, 'sessions')).at(-1);
      places.push([session?.country, session?.city]);
    }
    expect(places).toEqual([
      [null, null],
      [null, null],
      ['CH', 'Zürich'],
    ]);
  });
});
