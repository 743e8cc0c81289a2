import 'reflect-metadata';
import type { RequestState } from '../../lib/context';
import type { NAuthCore } from '@nauth-toolkit/nestjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/services';
import { boot, freshEmail, PASSWORD } from './audit/support';

interface Arrived {
  state: RequestState;
  setCookies: string[];
}

describe('two refreshes of one token at once, without a grace window', () => {
  let database: TestDatabase;
  beforeAll(async () => void (database = await createTestDatabase('sqlite')));
  afterAll(() => database.drop());

  /** A request that has reached the server, and the cookies that its answer is going to set. */
  function arrive(core: NAuthCore, refreshToken?: string): Arrived {
    const headers = refreshToken === undefined ? {} : { cookie: `nauth_refresh_token=${refreshToken}` };
    const socket = { remoteAddress: '192.0.2.77' };
    const state = core.context.open({ method: 'POST', url: '/auth/refresh', headers, socket });
    const setCookies: string[] = [];
    state.response = {
      headersSent: false,
      setHeader: () => undefined,
      appendCookie: (cookie) => void setCookies.push(cookie),
    };
    core.clientInfo.handle(state);
    return { state, setCookies };
  }

  it('leave the cookies of the one that was first alone', async () => {
    let offset = 0;
    const core = await boot(database, {
      clock: { now: () => Date.now() + offset },
      tokenDelivery: { method: 'cookies', cookieOptions: { secure: true } },
      jwt: {
        accessToken: { secret: 'k7Qw2Zr9Xv4Tn8Ls3Mb6Yc1Hd5Gf0JpAeRuOiWt' },
        refreshToken: { secret: 'p3Nf8Vx1Lq6Sz0Kd5Ub9Yh2Cw7Mj4Te-GaRoXiB', graceSeconds: 0 },
      },
    });
    const signup = arrive(core);
    const { refreshToken } = await core.context.run(signup.state, () =>
      core.authService.signup({ email: freshEmail(), password: PASSWORD }),
    );
    const duplicate = arrive(core, refreshToken);
    const first = arrive(core, refreshToken);
    const refresh = ({ state }: Arrived) => core.context.run(state, () => core.authService.refreshToken({}));
    await refresh(first);
    await expect(refresh(duplicate)).rejects.toMatchObject({ code: 'AUTH_TOKEN_INVALID' });
    expect(duplicate.setCookies).toEqual([]);
    // One that comes later is reuse, and takes the cookies along.
    offset += 1000;
    const late = arrive(core, refreshToken);
    await expect(refresh(late)).rejects.toMatchObject({ code: 'AUTH_TOKEN_REUSE_DETECTED' });
    expect(late.setCookies.map((cookie) => cookie.split('=')[0])).toContain('nauth_refresh_token');
  });
});
