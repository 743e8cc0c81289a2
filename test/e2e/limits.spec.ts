import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostNames, type HostName } from '../hosts/arguments';
import { describeEngine, type EngineName } from '../support/services';
import { LimitsSite } from './support/limits-site';
import type { Answer } from './support/user-agent';
import { expectError, expectRefused, PASSWORD } from './support/world';

const PER_NETWORK = 10;
const ATTEMPTS = 5;
const LOCK_SECONDS = 900;
const NETWORK_WINDOW = 15 * 60;

/** Limits as they are by default, behind one proxy, but for the one for networks, and for those that would end the tests. */
const behindProxy = {
  security: { trustedProxies: 1 },
  rateLimits: {
    login: { network: { max: PER_NETWORK, window: '15m' } },
    refresh: { network: { max: PER_NETWORK, window: '15m' } },
    signup: { network: { max: PER_NETWORK, window: '1m' } },
  },
};
const withoutProxy = { rateLimits: behindProxy.rateLimits };

const sets: [EngineName, readonly HostName[]][] = [
  ['sqlite', hostNames],
  ['postgres', ['nest-fastify']],
  ['mariadb', ['express']],
];
for (const [engine, hosts] of sets) {
  describeEngine(engine, `limits for networks (${engine})`, () => {
    describe.each(hosts)('%s', (host) => describeLimits(engine, host));
  });
}

function describeLimits(engine: EngineName, host: HostName): void {
  let site: LimitsSite;
  let open: LimitsSite;
  beforeAll(async () => {
    [site, open] = await Promise.all([
      LimitsSite.open(host, engine, behindProxy),
      LimitsSite.open(host, engine, withoutProxy),
    ]);
  });
  afterAll(() => Promise.all([site.close(), open.close()]));

  /** Guesses at names of their own, each from the address that it is given; how many were looked at. */
  async function guessesLookedAt(at: LimitsSite, addresses: readonly string[]): Promise<number> {
    await at.hashes();
    const answers: Answer[] = [];
    for (const address of addresses) answers.push(await at.login(address, at.uniqueEmail(), 'a guess'));
    const looked = answers.filter(({ status }) => status === 401).length;
    for (const answer of answers.slice(0, looked)) expectError(answer, 401, 'AUTH_INVALID_CREDENTIALS');
    for (const answer of answers.slice(looked)) expectRefused(answer, NETWORK_WINDOW);
    expect(await at.hashes()).toBe(looked);
    return looked;
  }

  /** An account that was opened from the address; the device token that its owner keeps. */
  async function account(address: string): Promise<{ email: string; device: Record<string, string> }> {
    const email = site.uniqueEmail();
    const answer = await site.post(address, '/auth/signup', { email, password: PASSWORD });
    expect(answer.status).toBe(201);
    return { email, device: { 'x-device-token': String(answer.body.deviceToken) } };
  }

  const times = (count: number, addressOf: (index: number) => string): string[] =>
    Array.from({ length: count }, (_, index) => addressOf(index));

  it('believe no forwarded address without a trusted proxy: 60 of them are one network (R024)', async () => {
    expect(
      await guessesLookedAt(
        open,
        times(60, (i) => `6.6.6.${i}`),
      ),
    ).toBe(PER_NETWORK);
  });

  it('go by the address that the trusted proxy saw, and not by what stands before it (R024)', async () => {
    expect(
      await guessesLookedAt(
        site,
        times(30, (i) => `6.6.6.${i}, 1.1.1.1`),
      ),
    ).toBe(PER_NETWORK);
    expect(await guessesLookedAt(site, ['1.1.1.1, 1.1.1.2'])).toBe(1);
    expect(
      await guessesLookedAt(
        site,
        times(5, (i) => `garbage ${i},, 1.1.1.1`),
      ),
    ).toBe(0);
  });

  it('take an IPv4-mapped address for what it is (R024)', async () => {
    const forms = ['1.2.3.4', '::ffff:1.2.3.4', '::FFFF:102:304', '0:0:0:0:0:ffff:1.2.3.4'];
    expect(
      await guessesLookedAt(
        site,
        times(20, (i) => forms[i % forms.length] ?? ''),
      ),
    ).toBe(PER_NETWORK);
  });

  it('take the /64 of an IPv6 address for one network, and the next one for another (R024)', async () => {
    expect(
      await guessesLookedAt(
        site,
        times(60, (i) => `2001:db8:1:1:${i}::${i}`),
      ),
    ).toBe(PER_NETWORK);
    expect(await guessesLookedAt(site, ['2001:DB8:1:1::1', '2001:0db8:0001:0001:ffff::'])).toBe(0);
    expect(await guessesLookedAt(site, ['2001:db8:1:2::1'])).toBe(1);
  });

  it('count who has no address by that of the proxy (R024)', async () => {
    const nowhere = ['garbage', 'unknown', '', '1.2.3', '999.1.1.1', '_hidden', '[::1', 'localhost'];
    expect(
      await guessesLookedAt(
        site,
        times(24, (i) => nowhere[i % nowhere.length] ?? ''),
      ),
    ).toBe(PER_NETWORK);
  });

  it('stop one password that is tried on many accounts from one network (R027)', async () => {
    const owners = await Promise.all([account('3.0.0.1'), account('3.0.0.2')]);
    const names = [...owners.map(({ email }) => email), ...times(198, () => site.uniqueEmail())];
    await site.hashes();
    const answers = [];
    for (const name of names) answers.push(await site.login('3.3.3.3', name, 'Password1!'));
    expect(answers.filter(({ status }) => status === 401)).toHaveLength(PER_NETWORK);
    for (const answer of answers.slice(PER_NETWORK)) expectRefused(answer, NETWORK_WINDOW);
    expect(await site.hashes()).toBe(PER_NETWORK);
    for (const [index, { email }] of owners.entries()) {
      expect((await site.login(`3.0.0.${index + 1}`, email, PASSWORD)).status).toBe(200);
    }
  });

  it('leave the owner in whom a hundred strangers lock out, where the account knows the client (R023)', async () => {
    const { email, device } = await account('4.0.0.1');
    const { device: deviceOfOther } = await account('4.0.0.2');
    await site.hashes();
    for (let i = 0; i < 100; i += 1) {
      const answer = await site.login(`4.4.4.${i}`, email, 'a guess');
      if (i < ATTEMPTS) expectError(answer, 401, 'AUTH_INVALID_CREDENTIALS');
      else expectRefused(answer, LOCK_SECONDS);
    }
    expect(await site.hashes()).toBe(ATTEMPTS);
    expectRefused(await site.login('4.5.5.5', email, PASSWORD), LOCK_SECONDS);
    expectRefused(await site.login('4.5.5.5', email, PASSWORD, deviceOfOther), LOCK_SECONDS);
    expect((await site.login('4.5.5.5', email, PASSWORD, device)).status).toBe(200);
    expect((await site.login('4.0.0.1', email, PASSWORD)).status).toBe(200);
  });

  it('leave the owner in from a network that is over its limit, at a known device only (R023)', async () => {
    const { email, device } = await account('5.5.5.5');
    expect(
      await guessesLookedAt(
        site,
        times(PER_NETWORK + 5, () => '5.5.5.5'),
      ),
    ).toBe(PER_NETWORK);
    expectRefused(await site.login('5.5.5.5', email, PASSWORD), NETWORK_WINDOW);
    expect((await site.login('5.5.5.5', email, PASSWORD, device)).status).toBe(200);
  });

  it('give known clients no more than a count each (R020)', async () => {
    const { email, device } = await account('7.0.0.1');
    const lookedAt = async (headers: Record<string, string>, address: string): Promise<number> => {
      await site.hashes();
      for (let i = 0; i < 2 * ATTEMPTS; i += 1) await site.login(address, email, 'a guess', headers);
      return site.hashes();
    };
    expect(await lookedAt(device, '7.0.0.9')).toBe(ATTEMPTS);
    // Wherever it goes.
    expect(await lookedAt(device, '7.0.0.8')).toBe(0);
    expectRefused(await site.login('7.0.0.7', email, PASSWORD, device), LOCK_SECONDS);
    expect(await lookedAt({}, '7.7.7.7')).toBe(ATTEMPTS);
  });

  it('refuse a network with too many bad refresh tokens, and no other one', async () => {
    const bad = { refreshToken: `${'A'.repeat(22)}.${'B'.repeat(43)}` };
    for (let i = 0; i < 2 * PER_NETWORK; i += 1) {
      const answer = await site.post('8.8.8.8', '/auth/refresh', bad);
      if (i < PER_NETWORK) expectError(answer, 401, 'AUTH_TOKEN_INVALID');
      else expectRefused(answer, NETWORK_WINDOW);
    }
    expectError(await site.post('8.8.8.9', '/auth/refresh', bad), 401, 'AUTH_TOKEN_INVALID');
  });

  it('refuse a network with too many sign-ups, before anything is hashed', async () => {
    await site.hashes();
    for (let i = 0; i < PER_NETWORK + 5; i += 1) {
      const answer = await site.post('9.9.9.9', '/auth/signup', {
        email: site.uniqueEmail(),
        password: PASSWORD,
      });
      if (i < PER_NETWORK) expect(answer.status).toBe(201);
      else expectRefused(answer, 60);
    }
    expect(await site.hashes()).toBe(PER_NETWORK);
  });

  it('write one audit event for a window, and count again in the next one (R030)', async () => {
    const events = (): Promise<number> =>
      site.number(
        "SELECT COUNT(*) AS n FROM nauth_audit_events WHERE type = 'LOGIN_BLOCKED' " +
          "AND reason = 'login_network_limit' AND ip_address LIKE '11.11.11.%'",
      );
    const guesses = times(PER_NETWORK + 10, () => '11.11.11.11');
    expect(await guessesLookedAt(site, guesses)).toBe(PER_NETWORK);
    expect(await events()).toBe(1);
    try {
      await site.server.clock((NETWORK_WINDOW + 1) * 1000);
      expect(await guessesLookedAt(site, guesses)).toBe(PER_NETWORK);
      expect(await events()).toBe(2);
    } finally {
      await site.server.clock(0);
    }
  });

  it('keep counters under digests, each with an end (R022, R025)', async () => {
    const now = Date.now();
    const counters = await site.rows(
      "SELECT entry_key AS name, expires_at_ms AS ends FROM nauth_transient WHERE entry_key LIKE 'limit:%'",
    );
    expect(counters.length).toBeGreaterThan(20);
    const longest = 2 * 3600_000;
    for (const { name, ends } of counters) {
      expect(name).toMatch(
        /^limit:((login|refresh|signup)-(account|network)|email-notice-(account|recipient|all)):[\w-]{43}(:locks)?$|^limit:login-flood(:\w+)?$/,
      );
      expect(Number(ends)).toBeGreaterThan(0);
      expect(Number(ends)).toBeLessThan(now + longest);
    }
  });
}
