import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { MfaEnforcement } from '../../../lib/contracts';
import { ORIGIN, type Mischief, type RequestOptions } from '../../support/passkeys/software-authenticator';
import { borrowTestDatabase } from '../../support/database-pool';
import { PATIENCE_MS } from '../../support/patience';
import { describeEachEngine, type TestDatabase } from '../../support/services';
import {
  AppFactor,
  holder,
  PasskeyFactor,
  show,
  type Entered,
  type Factor,
  type Holder,
} from './real-factors';
import { LIMA, outcome, PASSWORD, World, ZURICH, type Client } from './support';

const policies: MfaEnforcement[] = ['OPTIONAL', 'REQUIRED', 'ADAPTIVE'];
const NEW_PASSWORD = 'nine blue lakes in winter';

const factors: Record<Factor['method'], (world: World) => Factor> = {
  totp: (world) => new AppFactor(world),
  passkey: () => new PasskeyFactor(),
};

/** A first factor. */
interface Way {
  /** What has to happen to the account before. */
  prepare?: (world: World, who: Holder) => Promise<unknown>;
  enter: (world: World, who: Holder, client: Client) => Promise<Entered>;
  /** Whether it makes a sign-in unusual by itself. */
  isUnusual?: true;
}

const byPassword =
  (password: string): Way['enter'] =>
  async (world, { email }, client) => {
    const answer = await world.from(client, () => world.auth.login({ identifier: email, password }));
    return { name: answer.challengeName ?? 'tokens', session: answer.session };
  };

/** No provider has services yet: what it vouched for comes to the gate as each of them will bring it. */
const byProvider =
  (authMethod: 'google' | 'apple'): Way['enter'] =>
  async (world, who, client) => {
    const result = await world.begin(who, client, { authMethod, amr: ['fed'] });
    if (result.status === 'signed-in') return { name: 'tokens' };
    const { challengeName, session } = result.challenge;
    return { name: challengeName, session };
  };

/** The owner has forgotten the password, and sets another one by the code. */
async function reset(world: World, { email }: Holder): Promise<void> {
  await world.from({}, () => world.auth.forgotPassword({ identifier: email }));
  const code = await vi.waitFor(() => {
    const mail = world.mails.messages.find(({ to, variables }) => to === email && 'code' in variables);
    if (!mail) throw new Error('no code yet');
    return String(mail.variables['code']);
  }, PATIENCE_MS);
  const body = { identifier: email, code, newPassword: NEW_PASSWORD };
  await world.from({}, () => world.auth.confirmForgotPassword(body));
}

const recovered: Way = { prepare: reset, enter: byPassword(NEW_PASSWORD), isUnusual: true };
const ways: [string, Factor['method'], Way][] = [
  ['password', 'totp', { enter: byPassword(PASSWORD) }],
  ['password', 'passkey', { enter: byPassword(PASSWORD) }],
  ['a password set by a code', 'totp', recovered],
  ['google', 'totp', { enter: byProvider('google') }],
  ['apple', 'passkey', { enter: byProvider('apple') }],
];

// Several applications are made in one test.
vi.setConfig({ testTimeout: 60_000 });

describeEachEngine('every way in, under every policy', (engine) => {
  let test: TestDatabase;
  beforeAll(async () => {
    test = await borrowTestDatabase(engine);
  });
  afterAll(() => test.drop());

  describe.each(policies)('%s', (enforcement) => {
    let world: World;
    let others: Record<Factor['method'], Holder>;
    beforeAll(async () => {
      world = await World.open(test, {
        mfa: {
          enabled: true,
          enforcement,
          requireForSocialLogin: false,
          passkey: { rpId: 'app.example.com', origin: [ORIGIN] },
        },
      });
      others = { totp: await made('totp'), passkey: await made('passkey') };
    });
    afterAll(() => world.module.close());

    /** Live sessions of the user that were opened without the factor. */
    const lacking = async ({ id }: { id: string }): Promise<number> => {
      const rows = await world.sql(
        `SELECT amr FROM ${world.table('sessions')} WHERE user_id = '${id}' AND revoked_at IS NULL`,
      );
      return rows.filter(({ amr }) => !JSON.stringify(amr).includes('mfa')).length;
    };
    const made = (method: Factor['method']): Promise<Holder> => holder(world, factors[method](world));
    const passkeyLogin = async ({ factor }: Holder, mischief: Mischief): Promise<string> => {
      if (!(factor instanceof PasskeyFactor)) throw new Error('the factor is no passkey');
      const { session, options } = await world.from({}, () => world.auth.getPasskeyLoginOptions({}));
      const { challenge } = options as Pick<RequestOptions, 'challenge'>;
      const credential = factor.authenticator.get({ challenge }, mischief);
      return outcome(world.from({}, () => world.auth.loginWithPasskey({ session, credential })));
    };

    it.each(ways)(
      '%s leads to no session without the factor, %s (R072, R086)',
      async (_name, method, { prepare, enter, isUnusual }) => {
        const who = await made(method);
        await prepare?.(world, who);
        let waiting = '';
        for (const address of [LIMA, ZURICH]) {
          const { name, session = '' } = await enter(world, who, { address });
          expect(name).toBe('MFA_REQUIRED');
          waiting = session;
        }
        const refused = method === 'totp' ? 'VERIFY_CODE_INVALID' : 'AUTH_INVALID_CREDENTIALS';
        expect(await outcome(show(world, others[method].factor, waiting, {}))).toBe(refused);
        expect(await lacking(who)).toBe(0);
        // On the device and network of the owner adaptive MFA asks for nothing more: that is what it is for.
        const isSpared = enforcement === 'ADAPTIVE' && !isUnusual;
        const usual = await enter(world, who, { address: ZURICH, token: who.token });
        expect(usual.name).toBe(isSpared ? 'tokens' : 'MFA_REQUIRED');
        expect(await lacking(who)).toBe(isSpared ? 1 : 0);
        const { session = '' } = await enter(world, who, { address: ZURICH });
        expect(await outcome(show(world, who.factor, session, {}))).toBe('tokens');
        expect(await lacking(who)).toBe(isSpared ? 1 : 0);
      },
    );

    it('a passkey alone is both factors where it has verified its user, and nothing otherwise (R096)', async () => {
      const who = await made('passkey');
      expect(await passkeyLogin(who, { userVerified: false })).toBe('AUTH_INVALID_CREDENTIALS');
      expect(await passkeyLogin(who, {})).toBe('tokens');
      expect(await lacking(who)).toBe(0);
    });

    it('a refresh gives a session nothing that it did not have', async () => {
      const { id, token, refreshToken } = await made('totp');
      const refresh = world.from({ token }, () => world.auth.refreshToken({ refreshToken }));
      expect(await outcome(refresh)).toBe('tokens');
      expect(await lacking({ id })).toBe(0);
    });

    it('a device of somebody else leads to no session without the factor', async () => {
      const [alice, bob] = [await made('totp'), await made('totp')];
      const { deviceToken: token } = await world.from({}, () => world.auth.trustDevice(), alice.accessToken);
      expect(await world.logIn(alice, { token })).toBe('tokens');
      expect(await world.logIn(bob, { token })).toBe('MFA_REQUIRED');
      expect(await lacking(bob)).toBe(0);
    });

    it('an account without a factor sets one up where the policy says so', async () => {
      const person = await world.signUp();
      const expected = enforcement === 'OPTIONAL' ? 'tokens' : 'MFA_SETUP_REQUIRED';
      expect(await world.logIn(person, { address: LIMA })).toBe(expected);
    });
  });
});
