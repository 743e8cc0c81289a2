import 'reflect-metadata';
import { Test, type TestingModule } from '@nestjs/testing';
import { AuthService } from '../../../lib/auth';
import { ChallengeRegistry, type ChallengeResolver, type SignIn } from '../../../lib/challenges';
import type { ChallengeName } from '../../../lib/contracts';
import { resolveConfig, type NAuthConfig } from '../../../lib/config';
import { NAuthException } from '../../../lib/errors';
import { HeadlessModule } from '../../../lib/headless/headless.module';
import { Database } from '../../../lib/persistence';
import type { TestDatabase } from '../../support/services';
import { testConfig } from '../nest/support';

export const RIGHT = '123456';

/** A challenge that asks for one code, until the account has been let through it. */
export class CodeResolver implements ChallengeResolver {
  checks = 0;
  applied = 0;
  failure: Error | undefined;
  private readonly passed = new Set<string>();

  constructor(readonly name: ChallengeName) {}

  isRequired({ user }: SignIn): Promise<boolean> {
    return Promise.resolve(!this.passed.has(user.id));
  }

  open({ user }: SignIn) {
    return Promise.resolve({ challengeParameters: { for: user.email }, state: { step: this.name } });
  }

  async check({ signIn }: { signIn: SignIn | null }, { code }: { code?: string }) {
    this.checks += 1;
    await new Promise(setImmediate);
    if (this.failure) throw this.failure;
    if (!signIn || code !== RIGHT) throw new NAuthException('VERIFY_CODE_INVALID');
    return {
      amr: ['otp'],
      apply: () => {
        this.applied += 1;
        this.passed.add(signIn.user.id);
        return Promise.resolve();
      },
    };
  }

  resend() {
    return Promise.resolve({ destination: 'a***@example.com' });
  }
}

export interface Setup {
  module: TestingModule;
  auth: AuthService;
  registry: ChallengeRegistry;
  now: { offset: number };
  sql(text: string): Promise<Record<string, unknown>[]>;
}

export async function setUp(database: TestDatabase, changes: Partial<NAuthConfig> = {}): Promise<Setup> {
  const now = { offset: 0 };
  const config = resolveConfig(
    testConfig({ database: database.options, clock: { now: () => Date.now() + now.offset }, ...changes }),
  );
  const module = await Test.createTestingModule({
    imports: [HeadlessModule.with(config, undefined)],
  }).compile();
  await module.init();
  return {
    module,
    auth: module.get(AuthService),
    registry: module.get(ChallengeRegistry),
    now,
    sql: (text) => module.get(Database).dataSource.query<Record<string, unknown>[]>(text),
  };
}

/** The code of a refusal, or what was answered. */
export async function outcome(work: Promise<object>): Promise<string> {
  try {
    return 'accessToken' in (await work) ? 'tokens' : 'challenge';
  } catch (error) {
    if (error instanceof NAuthException) return error.code;
    throw error;
  }
}

export function tally(outcomes: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const one of outcomes) counts[one] = (counts[one] ?? 0) + 1;
  return counts;
}
