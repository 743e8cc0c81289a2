import 'reflect-metadata';
import { NAuthException, type AuthResponseDTO, type NAuthCore } from '@nauth-toolkit/nestjs';
import { expect, it, onTestFinished } from 'vitest';
import { dataSourceOptions } from '../../../lib/persistence/data-source-options';
import { borrowTestDatabase } from '../../support/database-pool';
import { describeEachEngine } from '../../support/services';
import { dump, loud, Sink, typeormLogger } from './sink';
import { boot, connect, freshEmail, request } from './support';

const PASSWORD = 'canary-Xw7 password of nobody';
const OTHER = 'canary-Xw7 wrong password';

describeEachEngine('canaries', (engine) => {
  it('sing nowhere: not in logs, statements, hooks, refusals or rows (R127)', async () => {
    const database = await borrowTestDatabase(engine);
    onTestFinished(() => database.drop());
    const [sink, statements] = [new Sink(), new Sink()];
    const options = dataSourceOptions(database.options);
    const core = await boot(database, {
      ...loud(sink),
      database: { ...options, logging: 'all', logger: typeormLogger(statements) },
    });
    const secrets = new Set([PASSWORD, OTHER, 'canary-bearer', 'canary-cookie', 'canary-device']);
    await drive(core, sink, secrets);
    const dataSource = await connect(database);
    const rows = await dump(dataSource, engine);
    for (const [where, text] of Object.entries({ sink: sink.text, statements: statements.text, rows })) {
      expect(text.length).toBeGreaterThan(1000);
      const found = [...secrets].filter((secret) => secret !== '' && text.includes(secret));
      expect([where, found]).toEqual([where, []]);
    }
    // The statements are there, and neither hashes nor addresses are.
    expect(statements.text).toMatch(/INSERT INTO/i);
    expect(statements.text).not.toMatch(/\$2[aby]\$|@example\.com/);
    expect(sink.text).not.toMatch(/\$2[aby]\$/);
  });
});

async function drive(core: NAuthCore, sink: Sink, secrets: Set<string>): Promise<void> {
  const headers = { 'x-device-token': 'canary-device' };
  const attempt = async <T>(
    work: () => Promise<T>,
    extra: Record<string, string> = headers,
  ): Promise<void> => {
    try {
      await request(core, work, extra);
    } catch (error) {
      const coded = error instanceof NAuthException ? error : undefined;
      sink.write(coded ? coded.toBody(new Date()) : error);
    }
  };
  const keep = (answer: AuthResponseDTO): AuthResponseDTO => {
    for (const value of [answer.accessToken, answer.refreshToken, answer.deviceToken])
      if (value !== undefined) secrets.add(value);
    return answer;
  };
  const email = freshEmail();
  const { authService } = core;
  const first = keep(
    await request(core, () => authService.signup({ email, password: PASSWORD, firstName: 'Ada' }), headers),
  );
  await attempt(() => authService.signup({ email, password: PASSWORD }));
  await attempt(() => authService.signup({ email: freshEmail(), password: 5 }));
  await attempt(() => authService.login({ identifier: email, password: OTHER }));
  await attempt(() => authService.login({ identifier: freshEmail(), password: OTHER }));
  await attempt(() => authService.login({ identifier: [PASSWORD], password: PASSWORD, other: PASSWORD }));
  const second = keep(
    await request(core, () => authService.login({ identifier: email, password: PASSWORD }), headers),
  );
  const bearer = { authorization: `Bearer ${second.accessToken}` };
  await attempt(() => authService.getUserAuthHistory(), bearer);
  await attempt(() => authService.updateProfile({ firstName: 'Ida' }), bearer);
  await attempt(() => authService.changePassword({ oldPassword: OTHER, newPassword: `${OTHER} x` }), bearer);
  const { refreshToken } = first;
  keep(await request(core, () => authService.refreshToken({ refreshToken })));
  for (let count = 0; count < 2; count += 1) await attempt(() => authService.refreshToken({ refreshToken }));
  await attempt(() => authService.refreshToken({ refreshToken: `${refreshToken}x` }));
  await attempt(() => authService.logout(), { authorization: 'Bearer canary-bearer' });
  await attempt(() => authService.logout(), {
    cookie: 'nauth_access_token=canary-cookie; other=canary-cookie',
  });
  await attempt(() => authService.logoutAll(), bearer);
}
