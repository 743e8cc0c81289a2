import 'reflect-metadata';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Controller, ForbiddenException, Get, Inject, Injectable, Module, Scope } from '@nestjs/common';
import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import {
  AuthModule,
  AuthService,
  ContextStorage,
  OnNAuth,
  type HookContext,
  type HookEvent,
  type NAuthConfig,
} from '@nauth-toolkit/nestjs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { account, serve, testConfig } from './support';

const apps: INestApplication[] = [];
let heard: string[] = [];
beforeEach(() => (heard = []));
afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

const withRoutes = (overrides: Partial<NAuthConfig> = {}): NAuthConfig =>
  testConfig({ routes: { enabled: true }, ...overrides });

async function start(metadata: ModuleMetadata) {
  const testing = await Test.createTestingModule(metadata).compile();
  const app = testing.createNestApplication({ logger: false });
  apps.push(app);
  return serve(app);
}

async function startFailure(metadata: ModuleMetadata): Promise<string> {
  return start(metadata).then(
    () => 'started',
    (error: unknown) => String(error),
  );
}

@Injectable()
class Greeter {
  private readonly greeting = 'welcome';

  constructor(@Inject(ContextStorage) private readonly context: ContextStorage) {}

  @OnNAuth('afterSignup')
  async greet({ user, client }: HookEvent<'afterSignup'>, { signal }: HookContext): Promise<void> {
    await new Promise(setImmediate);
    const { path } = this.context.current()?.request ?? {};
    heard.push(`${this.greeting} ${user.email} at ${path}, ${client?.ipAddress}, ${signal.aborted}`);
  }
}

describe('@OnNAuth', () => {
  it('calls a provider, itself and not a copy, within the request', async () => {
    const call = await start({ imports: [AuthModule.forRoot(withRoutes())], providers: [Greeter] });
    expect((await call('/auth/signup', { body: account })).status).toBe(201);
    expect(heard).toEqual(['welcome ada@example.com at /auth/signup, 127.0.0.1, false']);
  });

  it('refuses, with the exception that it throws', async () => {
    @Injectable()
    class Bouncer {
      @OnNAuth('beforeSignup')
      check({ email }: HookEvent<'beforeSignup'>): void {
        if (!email.endsWith('@staff.example')) throw new ForbiddenException('staff only');
      }
    }
    const call = await start({ imports: [AuthModule.forRoot(withRoutes())], providers: [Bouncer] });
    const refused = await call('/auth/signup', { body: account });
    expect(refused.status).toBe(403);
    expect(refused.body).toMatchObject({ code: 'SIGNUP_NOT_ALLOWED', message: 'staff only' });
    const accepted = { ...account, email: 'ada@staff.example' };
    expect((await call('/auth/signup', { body: accepted })).status).toBe(201);
  });

  it('orders by priority, after those of the configuration, and may stand twice on a method', async () => {
    @Injectable()
    class Late {
      @OnNAuth('afterLogin', { priority: 10 })
      @OnNAuth('afterSignup', { priority: 10 })
      note(): void {
        heard.push('late');
      }
    }
    @Controller('early')
    class Early {
      @OnNAuth('afterSignup', { priority: -10 })
      note(): void {
        heard.push('early');
      }

      @Get()
      get(): string {
        return '';
      }
    }
    @Injectable()
    class Plain {
      @OnNAuth('afterSignup')
      note(): void {
        heard.push('plain');
      }
    }
    @Injectable()
    class Derived extends Plain {
      override note(): void {
        heard.push('derived');
      }
    }
    const hooks = { afterSignup: [() => void heard.push('configured'), () => void heard.push('second')] };
    const call = await start({
      imports: [AuthModule.forRoot(withRoutes({ hooks }))],
      controllers: [Early],
      providers: [Late, Plain, Derived, { provide: 'alias', useExisting: Plain }],
    });
    await call('/auth/signup', { body: account });
    const expected = ['configured', 'second', 'early', 'plain', 'derived', 'late', 'late'];
    expect(heard).toEqual(expected);
  });

  it('works on providers made by factories, and on values', async () => {
    class Made {
      constructor(private readonly name: string) {}

      @OnNAuth('afterSignup')
      note(): void {
        heard.push(this.name);
      }
    }
    const call = await start({
      imports: [AuthModule.forRoot(withRoutes())],
      providers: [
        { provide: 'made', useFactory: async () => new Made('made') },
        { provide: 'value', useValue: new Made('value') },
        { provide: 'none', useValue: null },
      ],
    });
    await call('/auth/signup', { body: account });
    expect(heard).toEqual(['made', 'value']);
  });

  it('is there when the application starts to work, and in the async context of the host', async () => {
    const host = new AsyncLocalStorage<string>();
    @Injectable()
    class Seeder {
      constructor(@Inject(AuthService) private readonly auth: AuthService) {}

      async onApplicationBootstrap(): Promise<void> {
        await host.run('seeding', () => this.auth.signup(account));
      }

      @OnNAuth('beforeSignup')
      @OnNAuth('afterSignup')
      @OnNAuth('afterLogin')
      note(): void {
        heard.push(String(host.getStore()));
      }
    }
    await start({ imports: [AuthModule.forRoot(withRoutes())], providers: [Seeder] });
    expect(heard).toEqual(['seeding', 'seeding', 'seeding']);
  });
});

describe('@OnNAuth with two AuthModules', () => {
  class Ear {
    constructor(private readonly name: string) {}

    @OnNAuth('afterSignup')
    note({ user }: HookEvent<'afterSignup'>): void {
      heard.push(`${this.name} ${user.email}`);
    }
  }
  const auth = (name: string) =>
    AuthModule.forRoot({
      ...testConfig({ tablePrefix: `${name}_`, routes: { enabled: true, prefix: name } }),
      isGlobal: false,
      globalGuards: false,
    });

  it('hears those that its module imports, directly or through another module, and no other', async () => {
    const ear = (name: string) => ({ provide: name, useFactory: () => new Ear(name) });
    @Module({ imports: [auth('staff')], providers: [ear('staff')], exports: [AuthModule] })
    class StaffModule {}
    @Module({ imports: [auth('guest')], providers: [ear('guest')] })
    class GuestModule {}
    @Module({ imports: [StaffModule], exports: [StaffModule] })
    class BridgeModule {}
    @Module({ imports: [BridgeModule], providers: [ear('through staff')] })
    class ReportModule {}
    @Module({ imports: [GuestModule], providers: [ear('not through guest')] })
    class StrangerModule {}
    const call = await start({ imports: [StaffModule, GuestModule, ReportModule, StrangerModule] });
    await call('/staff/signup', { body: account });
    expect(heard.toSorted()).toEqual(['staff ada@example.com', 'through staff ada@example.com']);
    heard = [];
    await call('/guest/signup', { body: { ...account, email: 'bob@example.com' } });
    expect(heard).toEqual(['guest bob@example.com']);
  });
});

describe('an @OnNAuth that cannot work stops the start', () => {
  it('on a provider with request scope, by itself or through what it injects', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      @OnNAuth('afterSignup')
      note(): void {}
    }
    @Injectable()
    class Dependent {
      constructor(@Inject(REQUEST) readonly request: unknown) {}

      @OnNAuth('afterLogin')
      note(): void {}
    }
    @Injectable({ scope: Scope.TRANSIENT })
    class Fleeting {
      @OnNAuth('afterLogin')
      note(): void {}
    }
    for (const provider of [PerRequest, Dependent, Fleeting]) {
      expect(await startFailure({ imports: [AuthModule.forRoot(testConfig())], providers: [provider] })).toBe(
        `HookDeclarationError: @OnNAuth on ${provider.name}.note: the provider, or one that it injects, has request or ` +
          'transient scope; a hook needs the default scope',
      );
    }
  });

  it('with a name that there is not, which does not compile either', async () => {
    @Injectable()
    class Misspelt {
      // @ts-expect-error there is no such hook
      @OnNAuth('afterSignUp')
      note(): void {}
    }
    const message = await startFailure({
      imports: [AuthModule.forRoot(testConfig())],
      providers: [Misspelt],
    });
    expect(message).toMatch(/@OnNAuth on Misspelt\.note: there is no hook of that name; .*afterSignup/);
  });

  it('with a payload of another hook, which does not compile', () => {
    class Mistaken {
      // @ts-expect-error a sign-up has no session yet
      @OnNAuth('beforeSignup')
      note(_event: HookEvent<'afterLogin'>): void {}
    }
    expect(Mistaken).toBeDefined();
  });

  it('with a priority that is no whole number', async () => {
    @Injectable()
    class First {
      @OnNAuth('afterSignup', { priority: -Infinity })
      note(): void {}
    }
    const message = await startFailure({ imports: [AuthModule.forRoot(testConfig())], providers: [First] });
    expect(message).toBe('HookDeclarationError: @OnNAuth on First.note: priority is not a whole number');
  });
});
