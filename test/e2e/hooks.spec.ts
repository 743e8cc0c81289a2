import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hostNames, type HostName } from '../hosts/arguments';
import { misbehaviours, type Misbehaviour } from '../hosts/harness-hooks';
import { LoopLateness } from '../support/loop-lateness';
import { describeEngine } from '../support/services';
import { LimitsSite } from './support/limits-site';
import type { Answer } from './support/user-agent';
import { PASSWORD } from './support/world';

/** Far more than the limit of one second, far less than for ever. */
const SLACK_MS = 10_000;
const NEW_PASSWORD = 'another horse battery staple';
const refusing: readonly Misbehaviour[] = ['throw', 'reject', 'hang'];
type Act =
  'signup' | 'login' | 'refresh' | 'password change' | 'logout' | 'logout of all' | 'end of a session';

/** Hooks that are asked, and what is done to have them asked. */
const asked = [
  ['beforeSignup', 'signup'],
  ['beforeLogin', 'login'],
  ['beforeRefresh', 'refresh'],
  ['beforePasswordChange', 'password change'],
  ['beforeLogout', 'logout'],
  ['beforeLogout', 'logout of all'],
  ['beforeSessionRevoke', 'end of a session'],
] as const;
/** Hooks that are told. */
const told = [
  ['afterSignup', 'signup'],
  ['afterLogin', 'login'],
  ['afterRefresh', 'refresh'],
  ['afterPasswordChange', 'password change'],
  ['afterLogout', 'logout'],
  ['afterSessionRevoke', 'logout'],
  ['afterSessionRevoke', 'logout of all'],
  ['afterSessionRevoke', 'end of a session'],
  ['afterSessionRevoke', 'password change'],
] as const;

/** Each with every misbehaviour; hanging, which takes its time, once for a hook. */
function withEach<T extends readonly [string, Act]>(cases: readonly T[]): [T[0], Act, Misbehaviour][] {
  return cases.flatMap(([hook, act], index) => {
    const isFirst = cases.findIndex(([name]) => name === hook) === index;
    return misbehaviours
      .filter((behaviour) => isFirst || behaviour !== 'hang')
      .map((behaviour): [T[0], Act, Misbehaviour] => [hook, act, behaviour]);
  });
}

describeEngine('sqlite', 'FAULT-10, R160: hooks that misbehave', () => {
  describe.each(hostNames)('%s', describeHooks);
});

function describeHooks(host: HostName): void {
  let site: LimitsSite;
  beforeAll(async () => {
    site = await LimitsSite.open(host, 'sqlite', {
      hooks: { misbehave: true, timeout: '1s' },
      rateLimits: { login: { network: false }, refresh: { network: false }, signup: { network: false } },
    });
  });
  afterAll(() => site.close());

  const signUp = (email: string): Promise<Answer> =>
    site.post('', '/auth/signup', { email, password: PASSWORD });

  /** Does what the hook is about; the sign-up before it is not part of it. */
  async function perform(act: Act, email: string): Promise<{ answer: Answer; made: number; tookMs: number }> {
    const account = act === 'signup' ? undefined : (await signUp(email)).body;
    const before = await committed();
    const elapsedMs = LoopLateness.stopwatch();
    const answer = await send(act, email, account);
    const tookMs = elapsedMs();
    return { answer, made: (await committed()) - before, tookMs };
  }

  function send(act: Act, email: string, account: Answer['body'] = {}): Promise<Answer> {
    const headers = { authorization: `Bearer ${String(account.accessToken)}` };
    switch (act) {
      case 'signup':
        return signUp(email);
      case 'login':
        return site.login('', email, PASSWORD);
      case 'refresh':
        return site.post('', '/auth/refresh', { refreshToken: account.refreshToken });
      case 'password change': {
        const json = { oldPassword: PASSWORD, newPassword: NEW_PASSWORD };
        return site.post('', '/auth/change-password', json, headers);
      }
      case 'logout':
        return site.post('', '/auth/logout', {}, headers);
      case 'logout of all':
        return site.post('', '/auth/logout/all', {}, headers);
      case 'end of a session': {
        const claims = Buffer.from(String(account.accessToken).split('.')[1] ?? '', 'base64url').toString();
        const { sid } = JSON.parse(claims) as { sid: string };
        return site.client().send('DELETE', `/auth/sessions/${sid}`, { headers });
      }
    }
  }

  async function committed(): Promise<number> {
    const users = await site.number('SELECT COUNT(*) FROM nauth_users');
    const ended = await site.number('SELECT COUNT(*) FROM nauth_sessions WHERE revoked_at IS NOT NULL');
    return users + ended + (await site.number('SELECT COUNT(*) FROM nauth_sessions'));
  }

  /** An address that makes the hook misbehave, and one like it that does not. */
  function addresses(hook: string, act: Act, behaviour: Misbehaviour): { bad: string; plain: string } {
    const rest = `${behaviour}-${act.replaceAll(' ', '.')}@example.com`;
    return { bad: `${hook}-${rest}`, plain: `plain-${hook}-${rest}` };
  }

  it.each(withEach(asked))('%s, asked at %s: %s', async (hook, act, behaviour) => {
    const { bad, plain: good } = addresses(hook, act, behaviour);
    const plain = await perform(act, good);
    const { answer, made, tookMs } = await perform(act, bad);
    expect(tookMs).toBeLessThan(SLACK_MS);
    expect(plain.answer.status).toBeLessThan(300);
    expect(plain.made === 0).toBe(act === 'refresh');
    if (!refusing.includes(behaviour)) {
      expect([answer.status, made]).toEqual([plain.answer.status, plain.made]);
      return;
    }
    expect([answer.status, answer.body.code, made]).toEqual([503, 'SERVICE_UNAVAILABLE', 0]);
    expect(answer.headers['retry-after']).toBe('1');
    expect(JSON.stringify([answer.body, answer.headers])).not.toMatch(/accessToken|refreshToken|eyJ/);
  });

  it.each(withEach(told))('%s, told of %s: %s', async (hook, act, behaviour) => {
    const { bad, plain: good } = addresses(hook, act, behaviour);
    const plain = await perform(act, good);
    const errors = hookErrors(hook);
    const { answer, made, tookMs } = await perform(act, bad);
    expect(tookMs).toBeLessThan(SLACK_MS);
    expect(plain.answer.status).toBeLessThan(300);
    expect([answer.status, Object.keys(answer.body), made]).toEqual([
      plain.answer.status,
      Object.keys(plain.answer.body),
      plain.made,
    ]);
    // It was called: what it throws is logged.
    if (refusing.includes(behaviour)) await expect.poll(() => hookErrors(hook)).toBeGreaterThan(errors);
  });

  function hookErrors(hook: string): number {
    return site.server.errors.split(`Hook ${hook},`).length;
  }

  it('still runs in the same process', () => {
    expect(site.server.isAlive).toBe(true);
  });
}
