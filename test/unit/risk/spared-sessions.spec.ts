import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import type { NAuthConfig } from '../../../lib/config';
import { MFA_REPOSITORY, MFAService, type MfaRepository } from '../../../lib/mfa';
import { borrowTestDatabase } from '../../support/database-pool';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import { holder, AppFactor, type Holder } from './real-factors';
import { DAY_MS, LIMA, outcome, PASSWORD, World, type Client, type Person } from './support';

type Mfa = NonNullable<NAuthConfig['mfa']>;

interface Spared {
  refreshToken: string;
  accessToken: string;
  client: Client;
}

// Several applications are made in one test.
vi.setConfig({ testTimeout: 60_000 });

describeEachEngine('sessions that were spared the second factor of their account (R086)', (engine) => {
  let test: TestDatabase;
  const worlds: World[] = [];

  beforeAll(async () => {
    test = await borrowTestDatabase(engine);
  });
  afterEach(async () => {
    await Promise.all(worlds.splice(0).map((world) => world.module.close()));
  });
  afterAll(() => test.drop());

  /** An application on the database, at the time of the one before. */
  const open = async (mfa: Mfa = {}): Promise<World> => {
    const config = { mfa: { enabled: true, rememberDeviceDays: 5, ...mfa } };
    const world = await World.open(test, config);
    world.now = worlds.at(-1)?.now ?? world.now;
    worlds.push(world);
    return world;
  };

  /** Signs in by the password alone. */
  const enter = async (world: World, { email }: Pick<Person, 'email'>, client: Client): Promise<Spared> => {
    const body = { identifier: email, password: PASSWORD };
    const answer = await world.from(client, () => world.auth.login(body));
    expect(answer.challengeName).toBeUndefined();
    const { refreshToken = '', accessToken = '' } = answer;
    return { refreshToken, accessToken, client };
  };

  /** The session goes on with what it gets. */
  const refresh = async (world: World, session: Spared): Promise<string> => {
    const { refreshToken, client } = session;
    const answered = world.from(client, () => world.auth.refreshToken({ refreshToken }));
    const result = await outcome(answered);
    if (result === 'tokens') Object.assign(session, await answered);
    return result;
  };

  const live = async (world: World, { id }: Pick<Person, 'id'>): Promise<Record<string, unknown>[]> => {
    const rows = await world.sql(
      `SELECT amr, mfa_spared_by FROM ${world.table('sessions')} WHERE user_id = '${id}' AND revoked_at IS NULL`,
    );
    return rows;
  };

  /** Live sessions that lack the factor. */
  const lacking = async (world: World, person: Pick<Person, 'id'>): Promise<number> =>
    (await live(world, person)).filter(({ amr }) => !JSON.stringify(amr).includes('mfa')).length;

  interface Way {
    lax: Mfa;
    /** What spares it there: the device that its owner trusts, or nothing that the account has. */
    trusts?: true;
    mark: string;
    /** Policies under which it does not go on. */
    strict: [string, Mfa][];
  }

  const ways: [string, Way][] = [
    [
      'on a trusted device',
      {
        lax: {},
        trusts: true,
        mark: 'trusted_device',
        strict: [
          ['OPTIONAL without the bypass', { bypassMFAForTrustedDevices: false }],
          ['REQUIRED without the bypass', { enforcement: 'REQUIRED', bypassMFAForTrustedDevices: false }],
          ['ADAPTIVE without the bypass', { enforcement: 'ADAPTIVE', bypassMFAForTrustedDevices: false }],
          ['no trust in devices', { rememberDevices: 'never' }],
        ],
      },
    ],
    [
      'at a low risk',
      {
        lax: { enforcement: 'ADAPTIVE' },
        mark: 'low_risk',
        strict: [
          ['OPTIONAL', {}],
          ['REQUIRED', { enforcement: 'REQUIRED' }],
          [
            'ADAPTIVE that asks at a low risk',
            { enforcement: 'ADAPTIVE', adaptive: { riskLevels: { low: { action: 'require_mfa' } } } },
          ],
        ],
      },
    ],
    [
      'while nothing was asked',
      {
        lax: { enabled: false },
        mark: 'mfa_off',
        strict: [
          ['OPTIONAL', {}],
          ['REQUIRED', { enforcement: 'REQUIRED', gracePeriod: 7 }],
          ['ADAPTIVE', { enforcement: 'ADAPTIVE' }],
        ],
      },
    ],
  ];
  const cases = ways.flatMap(([name, { strict, ...way }]) =>
    strict.map(([policy, mfa]) => ({ name, policy, mfa, ...way })),
  );

  const trust = async (world: World, who: Holder): Promise<string> => {
    const { deviceToken = '' } = await world.from(
      { token: who.token },
      () => world.auth.trustDevice(),
      who.accessToken,
    );
    return deviceToken;
  };

  it.each(cases)('$name: end under $policy, and not before', async ({ lax, trusts, mark, mfa }) => {
    const usual = await open();
    const who = await holder(usual, new AppFactor(usual));
    const token = trusts ? await trust(usual, who) : who.token;
    const before = await open(lax);
    const session = await enter(before, who, { token });
    expect((await live(before, who)).map((row) => row['mfa_spared_by'])).toContain(mark);
    expect([await refresh(before, session), await lacking(before, who)]).toEqual(['tokens', 1]);

    const after = await open(mfa);
    expect(await refresh(after, session)).toBe('AUTH_SESSION_EXPIRED');
    expect(await lacking(after, who)).toBe(0);
    const ends = await after.events(who, 'SESSION_REVOKED');
    expect(ends.map(({ status, reason }) => [status, reason])).toEqual([['SUCCESS', 'mfa_required']]);
    expect(await refresh(after, session)).toBe('AUTH_SESSION_NOT_FOUND');
    expect(await after.logIn(who, { address: LIMA, token })).toBe('MFA_REQUIRED');
  });

  it('on a trusted device end with the trust, whether its owner or time ends it (R088)', async () => {
    const world = await open();
    const [revoking, late] = [
      await holder(world, new AppFactor(world)),
      await holder(world, new AppFactor(world)),
    ];
    const [ended, kept] = [
      await enter(world, revoking, { token: await trust(world, revoking) }),
      await enter(world, late, { token: await trust(world, late) }),
    ];
    await world.from(ended.client, () => world.auth.revokeAllTrustedDevices(), ended.accessToken);
    expect([await refresh(world, ended), await refresh(world, kept)]).toEqual([
      'AUTH_SESSION_EXPIRED',
      'tokens',
    ]);
    world.now += 5 * DAY_MS - 1000;
    expect(await refresh(world, kept)).toBe('tokens');
    world.now += 2000;
    expect(await refresh(world, kept)).toBe('AUTH_SESSION_EXPIRED');
    expect([await lacking(world, revoking), await lacking(world, late)]).toEqual([0, 0]);
  });

  it('go on once they have the factor, and keep the reason where they are renewed without it', async () => {
    const usual = await open();
    const who = await holder(usual, new AppFactor(usual));
    const other = await holder(usual, new AppFactor(usual));
    const lax = await open({ enforcement: 'ADAPTIVE' });
    const stepped = await enter(lax, who, { token: who.token });
    const renewed = await enter(lax, other, { token: other.token });
    const proof = { method: who.factor.method, ...who.factor.answer({}) };
    lax.now = usual.now;
    Object.assign(
      stepped,
      await lax.from(
        stepped.client,
        () => lax.auth.stepUp({ password: PASSWORD, ...proof }),
        stepped.accessToken,
      ),
    );
    expect((await live(lax, who)).map((row) => row['mfa_spared_by'])).toEqual([null, null]);
    const newPassword = 'nine blue lakes in winter';
    Object.assign(
      renewed,
      await lax.from(
        renewed.client,
        () => lax.auth.changePassword({ oldPassword: PASSWORD, newPassword }),
        renewed.accessToken,
      ),
    );
    expect((await live(lax, other)).map((row) => row['mfa_spared_by'])).toEqual(['low_risk']);
    const strict = await open({ enforcement: 'REQUIRED' });
    expect([await refresh(strict, stepped), await refresh(strict, renewed)]).toEqual([
      'tokens',
      'AUTH_SESSION_EXPIRED',
    ]);
  });

  it('go on where they are older than the reason', async () => {
    const usual = await open();
    const who = await holder(usual, new AppFactor(usual));
    const off = await open({ enabled: false });
    const session = await enter(off, who, { token: who.token });
    await off.sql(`UPDATE ${off.table('sessions')} SET mfa_spared_by = NULL WHERE user_id = '${who.id}'`);
    for (const enforcement of ['OPTIONAL', 'REQUIRED', 'ADAPTIVE'] as const) {
      expect(await refresh(await open({ enforcement }), session)).toBe('tokens');
    }
  });

  it('of accounts without a factor go on, or set one up, as those of any other', async () => {
    const off = await open({ enabled: false });
    const person = await off.signUp();
    const session = await enter(off, person, { token: person.token });
    expect(await refresh(await open(), session)).toBe('tokens');
    expect(await refresh(await open({ enforcement: 'REQUIRED', gracePeriod: 7 }), session)).toBe('tokens');
    expect(await refresh(await open({ enforcement: 'REQUIRED' }), session)).toBe('AUTH_SESSION_EXPIRED');
  });

  it('of accounts that were exempt, or came from a provider, end when that counts no more', async () => {
    const world = await open({ enforcement: 'REQUIRED', requireForSocialLogin: false });
    const off = await open({ enabled: false });
    const [exempt, social] = [await off.signUp(), await off.signUp()];
    const service = world.module.get(MFAService);
    await service.setMfaExemption({ sub: exempt.id, exempt: true, reason: 'no telephone' });
    const freed = await enter(world, exempt, { token: exempt.token });
    const client = { token: social.token };
    const provided = await world.begin(social, client, { authMethod: 'google', amr: ['fed'] });
    if (provided.status !== 'signed-in') throw new Error('asked for a factor');
    const session = { ...provided.issued, client };
    expect([await refresh(world, freed), await refresh(world, session)]).toEqual(['tokens', 'tokens']);
    await service.setMfaExemption({ sub: exempt.id, exempt: false });
    expect(await refresh(world, freed)).toBe('AUTH_SESSION_EXPIRED');
    const strict = await open({ enforcement: 'REQUIRED' });
    expect(await refresh(strict, session)).toBe('AUTH_SESSION_EXPIRED');
  });

  it('cost a look at the account, and no other session does', async () => {
    const usual = await open();
    const [who, person] = [await holder(usual, new AppFactor(usual)), await usual.signUp()];
    const off = await open({ enabled: false });
    const spared = await enter(off, person, { token: person.token });
    const looks = async (world: World, session: Spared): Promise<number> => {
      const look = vi.spyOn(world.module.get<MfaRepository>(MFA_REPOSITORY), 'findAccount');
      expect(await refresh(world, session)).toBe('tokens');
      const { length } = look.mock.calls;
      look.mockRestore();
      return length;
    };
    const plain = await enter(usual, person, { token: person.token });
    const full = { ...(await usual.signInFully(who, { token: who.token })), client: { token: who.token } };
    expect(await looks(off, spared)).toBe(0);
    expect(await looks(usual, spared)).toBe(1);
    expect(await looks(usual, plain)).toBe(0);
    expect(await looks(await open({ enforcement: 'REQUIRED' }), full)).toBe(0);
  });
});
