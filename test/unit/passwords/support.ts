import 'reflect-metadata';
import { Test, type TestingModule } from '@nestjs/testing';
import { AuthService } from '../../../lib/auth';
import { resolveConfig, type NAuthConfig } from '../../../lib/config';
import { ContextStorage } from '../../../lib/context';
import { NAuthException } from '../../../lib/errors';
import { HeadlessModule } from '../../../lib/headless/headless.module';
import type { EmailMessage } from '../../../lib/notifications';
import { Database } from '../../../lib/persistence';
import { AuthHandler, ClientInfoHandler } from '../../../lib/pipeline';
import type { TestDatabase } from '../../support/services';
import { testConfig } from '../nest/support';

export const PASSWORD = 'correct horse battery staple';
export const NEW = 'nine blue lakes in spring';

/** The toolkit without a host, its clock, and the messages that it sent. */
export interface Toolkit {
  module: TestingModule;
  auth: AuthService;
  clock: { offset: number };
  mails: EmailMessage[];
  /** Does the work as a request with this access token, or with none. */
  as<T>(token: string | undefined, work: () => Promise<T>): Promise<T>;
  sql(text: string): Promise<Record<string, unknown>[]>;
}

export async function boot(database: TestDatabase, changes: Partial<NAuthConfig> = {}): Promise<Toolkit> {
  const clock = { offset: 0 };
  const mails: EmailMessage[] = [];
  const config = resolveConfig(
    testConfig({
      database: database.options,
      clock: { now: () => Date.now() + clock.offset },
      emailProvider: { send: async (message) => void mails.push(message) },
      ...changes,
    }),
  );
  const module = await Test.createTestingModule({
    imports: [HeadlessModule.with(config, undefined)],
  }).compile();
  await module.init();
  const context = module.get(ContextStorage);
  const handler = module.get(AuthHandler);
  return {
    module,
    auth: module.get(AuthService),
    clock,
    mails,
    as: async (token, work) => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const socket = { remoteAddress: '198.51.100.1' };
      const state = context.open({ method: 'POST', url: '/', headers, socket });
      module.get(ClientInfoHandler).handle(state);
      if (token !== undefined) await handler.require(state);
      return context.run(state, work);
    },
    sql: (text) => module.get(Database).dataSource.query<Record<string, unknown>[]>(text),
  };
}

export interface Owner {
  email: string;
  sub: string;
  accessToken: string;
  refreshToken: string;
}

let serial = 0;

export async function signUp({ auth }: Toolkit): Promise<Owner> {
  const email = `owner${(serial += 1)}@example.com`;
  const { user, accessToken = '', refreshToken = '' } = await auth.signup({ email, password: PASSWORD });
  return { email, sub: user?.sub ?? '', accessToken, refreshToken };
}

/** The code of a refusal, or 'done'. */
export async function outcome(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (error instanceof NAuthException) return error.code;
    throw error;
  }
}
