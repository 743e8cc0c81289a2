import 'reflect-metadata';
import { NAuth, NAuthException, type NAuthCore } from '@nauth-toolkit/nestjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { account, testConfig } from '../../test/unit/nest/support';

describe('a request with cookies and an Authorization header', () => {
  let core: NAuthCore;
  let refreshCookie: string;

  beforeAll(async () => {
    const config = testConfig({ routes: { enabled: true }, tokenDelivery: { method: 'hybrid' } });
    core = (await NAuth.create({ config, adapter: { attach: (given: NAuthCore) => ({ core: given }) } }))
      .core;
    const state = core.context.open({
      method: 'POST',
      url: '/auth/signup',
      headers: { 'sec-fetch-site': 'same-origin' },
    });
    const { refreshToken } = await core.context.run(state, () => core.authService.signup(account));
    refreshCookie = `nauth_refresh_token=${refreshToken}`;
  });

  afterAll(() => core.close());

  async function codeOf(
    key: string,
    method: string,
    url: string,
    headers: Record<string, string>,
  ): Promise<string> {
    const route = core.routes.find((row) => row.key === key);
    if (!route) throw new Error(`no route ${key}`);
    const state = core.context.open({ method, url, headers });
    try {
      await core.context.run(state, () => core.runner.run(route, state, { body: {}, query: {}, params: {} }));
      return 'passed';
    } catch (error) {
      return error instanceof NAuthException ? error.code : String(error);
    }
  }

  it('does not sign out by GET for a header that a browser may send by itself (R063)', async () => {
    const headers = { authorization: 'Basic dXNlcjpwYXNz' };
    expect(await codeOf('logoutByGet', 'GET', '/auth/logout', headers)).toBe('RESOURCE_NOT_FOUND');
    const bearer = { authorization: 'Bearer x.y.z' };
    expect(await codeOf('logoutByGet', 'GET', '/auth/logout', bearer)).toBe('AUTH_TOKEN_MISSING');
  });

  it('refreshes by cookie only where the CSRF check has looked at the cookie (R060)', async () => {
    const both = { authorization: 'Bearer x.y.z', cookie: refreshCookie };
    expect(await codeOf('refresh', 'POST', '/auth/refresh', both)).toBe('AUTH_TOKEN_MISSING');
    expect(await codeOf('refresh', 'POST', '/auth/refresh', { cookie: refreshCookie })).toBe('passed');
  });
});
