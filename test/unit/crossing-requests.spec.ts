import 'reflect-metadata';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { CodeSender } from '../../lib/verification';
import { borrowTestDatabase } from '../support/database-pool';
import { eventually } from '../support/notifications';
import { describeEachEngine, type TestDatabase } from '../support/services';
import { boot, connect, freshEmail, PASSWORD, request, rowsOf } from './audit/support';

/** Does `meanwhile` to the end once, when a code has been admitted and before the unit of work that makes it. */
function interrupt(meanwhile: () => Promise<unknown>): void {
  const { admitAgain } = CodeSender.prototype;
  vi.spyOn(CodeSender.prototype, 'admitAgain').mockImplementationOnce(async function (
    this: CodeSender,
    ...given
  ) {
    const admitted = await Reflect.apply(admitAgain, this, given);
    await meanwhile();
    return admitted;
  });
}

describeEachEngine('two requests for one new address that cross', (engine) => {
  let database: TestDatabase;
  beforeEach(async () => void (database = await borrowTestDatabase(engine)));
  afterEach(async () => {
    vi.restoreAllMocks();
    await database.drop();
  });

  it('send one code; the refusal of the other one is in the trail (R030, R130)', async () => {
    const sent: string[] = [];
    const core = await boot(database, {
      emailProvider: { send: ({ to }) => Promise.resolve(void sent.push(to)) },
    });
    const dataSource = await connect(database);
    const { accessToken, user } = await request(core, () =>
      core.authService.signup({ email: freshEmail(), password: PASSWORD }),
    );
    const email = freshEmail();
    const ask = (wish: { email: string; firstName?: string }) =>
      request(core, () => core.authService.updateProfile(wish), {
        authorization: `Bearer ${String(accessToken)}`,
      });

    let winner: unknown;
    interrupt(async () => void (winner = await ask({ email })));
    await expect(ask({ email, firstName: 'Ada' })).rejects.toMatchObject({
      code: 'RATE_LIMIT_RESEND',
      details: { retryAfter: expect.any(Number) },
    });

    expect(winner).toMatchObject({ pendingEmail: { expiresIn: expect.any(Number) }, firstName: null });
    const events = (await rowsOf(dataSource)).filter(
      ({ type, reason }) => type === 'SUSPICIOUS_ACTIVITY' || reason === 'change-email',
    );
    expect(events).toMatchObject([
      { type: expect.any(String), status: 'INFO', reason: 'change-email', user_id: user?.sub },
      {
        type: 'SUSPICIOUS_ACTIVITY',
        status: 'FAILURE',
        reason: 'rate_limit_resend',
        user_id: user?.sub,
        details: JSON.stringify({ channel: 'email', purpose: 'change-email' }),
      },
    ]);
    await eventually(() => sent.includes(email));
    expect(sent.filter((to) => to === email)).toHaveLength(1);
  });
});
