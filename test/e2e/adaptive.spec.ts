import { TOTP } from 'otpauth';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { hostNames, type HostName } from '../hosts/arguments';
import { describeEngine } from '../support/services';
import { LimitsSite } from './support/limits-site';
import type { Answer } from './support/user-agent';
import { expectError, PASSWORD } from './support/world';

const ZURICH = '198.51.100.1';
const LIMA = '203.0.113.1';
const TOKYO = '203.0.113.2';
const NOWHERE = '192.0.2.9';
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

const adaptive = {
  security: { trustedProxies: 1 },
  geo: {
    [ZURICH]: { country: 'CH', city: 'Zürich', latitude: 47.38, longitude: 8.54 },
    [LIMA]: { country: 'PE', city: 'Lima', latitude: -12.05, longitude: -77.04 },
    [TOKYO]: { country: 'JP', city: 'Tokyo', latitude: 35.68, longitude: 139.69 },
  },
  mfa: {
    enabled: true,
    enforcement: 'ADAPTIVE',
    adaptive: {
      riskLevels: { high: { action: 'block_signin', notifyUser: true } },
      blockedSignIn: { scope: 'ip', blockDuration: '30m' },
    },
  },
} as const;

interface Owner {
  email: string;
  app: TOTP;
  device: Record<string, string>;
}

describeEngine('sqlite', 'adaptive second factors over HTTP', () => {
  const sites = new Map<HostName, LimitsSite>();
  const openSite = async (host: HostName) =>
    void sites.set(host, await LimitsSite.open(host, 'sqlite', adaptive));
  beforeAll(() => Promise.all(hostNames.map(openSite)));
  afterAll(() => Promise.all([...sites.values()].map((site) => site.close())));
  describe.each(hostNames)('%s', (host) => describeAdaptive(host, sites));
});

function describeAdaptive(host: HostName, sites: ReadonlyMap<HostName, LimitsSite>): void {
  let site: LimitsSite;
  let offset = 0;
  beforeAll(() => {
    const open = sites.get(host);
    if (!open) throw new Error(`${host} does not run`);
    site = open;
  });
  afterEach(() => later(-offset));

  async function later(milliseconds: number): Promise<void> {
    offset += milliseconds;
    await site.server.clock(offset);
  }
  const codeOf = (app: TOTP): string => app.generate({ timestamp: Date.now() + offset });
  const logIn = ({ email }: Owner, from: string, headers?: Owner['device']): Promise<Answer> =>
    site.login(from, email, PASSWORD, headers);

  /** Somebody in Zürich who has signed up and set an authenticator app up, as every account has to. */
  async function owner(): Promise<Owner> {
    const email = site.uniqueEmail();
    const signup = await site.post(ZURICH, '/auth/signup', { email, password: PASSWORD });
    expect([signup.status, signup.body.challengeName]).toEqual([201, 'MFA_SETUP_REQUIRED']);
    const { session } = signup.body;
    const data = await site.post(ZURICH, '/auth/challenge/setup-data', { session, method: 'totp' });
    const app = new TOTP({ secret: (data.body.setupData as { secret: string }).secret });
    const setupData = { code: codeOf(app) };
    const answer = { session, type: 'MFA_SETUP_REQUIRED', method: 'totp', setupData };
    const { status, body } = await site.post(ZURICH, '/auth/respond-challenge', answer);
    expect([status, typeof body.accessToken]).toEqual([200, 'string']);
    return { email, app, device: { 'x-device-token': String(body.deviceToken) } };
  }

  /** Asked for the factor, and signed in with it. */
  async function showsFactor({ app, device }: Owner, from: string, { status, body }: Answer): Promise<void> {
    expect([status, body.challengeName, body.accessToken]).toEqual([200, 'MFA_REQUIRED', undefined]);
    const { session } = body;
    const json = { session, type: 'MFA_REQUIRED', method: 'totp', code: codeOf(app) };
    const answer = await site.post(from, '/auth/respond-challenge', json, device);
    expect([answer.status, typeof answer.body.accessToken]).toEqual([200, 'string']);
  }

  it('ask in a country that is new, and neither at home nor there the next time', async () => {
    const who = await owner();
    expect((await logIn(who, ZURICH, who.device)).body.challengeName).toBeUndefined();
    await later(3 * DAY_MS);
    // What a client says of its place is nothing to the proxy's word.
    const claim = `${ZURICH}, ${LIMA}`;
    await showsFactor(who, LIMA, await logIn(who, claim, who.device));
    expect((await logIn(who, LIMA, who.device)).body.challengeName).toBeUndefined();
    await later(3 * DAY_MS);
    expect((await logIn(who, ZURICH, who.device)).body.challengeName).toBeUndefined();
  });

  it('ask on a device that is new, and where the place is not known', async () => {
    const who = await owner();
    expect((await logIn(who, ZURICH)).body.challengeName).toBe('MFA_REQUIRED');
    // Points of what is not known block nobody.
    expect((await logIn(who, NOWHERE, who.device)).body.challengeName).toBe('MFA_REQUIRED');
  });

  it('block what cannot be: another device at the other end of the world, minutes later', async () => {
    const who = await owner();
    await later(5 * MINUTE_MS);
    const blocked = await logIn(who, TOKYO);
    expectError(blocked, 403, 'SIGNIN_BLOCKED_HIGH_RISK');
    const { expiresAt } = blocked.body.details as { expiresAt: string };
    const left = Date.parse(expiresAt) - Date.now() - offset;
    expect(Math.abs(left - 30 * MINUTE_MS)).toBeLessThan(MINUTE_MS);
    const notice = await site.server.message(who.email, ({ subject }) =>
      /Unusual sign-in/.test(subject ?? ''),
    );
    expect(notice.subject).toMatch(/Unusual sign-in/);
    // The network is kept out whoever it names, and before a password is looked at.
    await site.hashes();
    const guess = await site.login(TOKYO, site.uniqueEmail(), 'a guess');
    expectError(guess, 403, 'SIGNIN_BLOCKED_HIGH_RISK');
    expect(await site.hashes()).toBe(0);
    // The owner is not.
    expect((await logIn(who, ZURICH, who.device)).body.challengeName).toBeUndefined();
    await later(31 * MINUTE_MS);
    expectError(await site.login(TOKYO, site.uniqueEmail(), 'a guess'), 401, 'AUTH_INVALID_CREDENTIALS');
  });
}
