import 'reflect-metadata';
import {
  BadRequestException,
  Body,
  Controller,
  Get,
  Post,
  UseGuards,
  ValidationPipe,
  VersioningType,
} from '@nestjs/common';
import { Injectable, Module, type INestApplication } from '@nestjs/common';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Test } from '@nestjs/testing';
import {
  AuthGuard,
  AuthModule,
  AuthService,
  ClientInfo,
  CurrentSession,
  CurrentUser,
  NAuthConfigError,
  Public,
  SignupDTO,
  validationException,
  type AuthResponseDTO,
  type NAuthClientInfo,
  type NAuthConfig,
  type NAuthSession,
  type NAuthUser,
} from '@nauth-toolkit/nestjs';
import { afterEach, describe, expect, it } from 'vitest';
import { account, serve, testConfig, type Answer } from './support';

@Controller('own')
class OwnController {
  constructor(private readonly auth: AuthService) {}

  @Post('signup')
  @Public()
  signup(@Body() body: SignupDTO): Promise<AuthResponseDTO> {
    return this.auth.signup(body);
  }

  @Get('profile')
  @UseGuards(AuthGuard)
  profile(@CurrentUser() user: NAuthUser): NAuthUser {
    return user;
  }

  @Get('secret')
  secret(@CurrentSession() session: NAuthSession, @ClientInfo() client: NAuthClientInfo): object {
    return { sessionId: session.sessionId, ip: client.ipAddress };
  }

  @Get('open')
  @Public()
  open(@CurrentUser() user: NAuthUser | null): object {
    return { user: user?.sub ?? null };
  }

  @Get('bad')
  @Public()
  bad(): never {
    throw new BadRequestException('the application says no');
  }
}

const apps: INestApplication[] = [];

async function create(
  adapter: 'express' | 'fastify',
  module: Parameters<typeof Test.createTestingModule>[0],
  options: { rawBody?: boolean } = {},
): Promise<INestApplication> {
  const testing = await Test.createTestingModule(module).compile();
  const app =
    adapter === 'express'
      ? testing.createNestApplication(new ExpressAdapter(), { logger: ['error'], ...options })
      : testing.createNestApplication<INestApplication>(new FastifyAdapter(), {
          logger: ['error'],
          ...options,
        });
  apps.push(app);
  return app;
}

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

describe.each(['express', 'fastify'] as const)('AuthModule on platform-%s', (adapter) => {
  async function start(
    config: Parameters<typeof AuthModule.forRoot>[0] = testConfig({ routes: { enabled: true } }),
  ) {
    const app = await create(
      adapter,
      { imports: [AuthModule.forRoot(config)], controllers: [OwnController] },
      { rawBody: true },
    );
    app.setGlobalPrefix('api');
    app.enableVersioning({ type: VersioningType.URI });
    app.enableShutdownHooks();
    app.useGlobalPipes(
      new ValidationPipe({ whitelist: true, transform: true, exceptionFactory: validationException }),
    );
    return serve(app);
  }

  it('works with a global prefix, versioning, a ValidationPipe, rawBody and shutdown hooks', async () => {
    const call = await start();
    const signup = await call('/api/auth/signup', { body: account });
    expect(signup.status).toBe(201);
    expect(signup.headers.get('cache-control')).toBe('no-store');
    const token = String(signup.body.accessToken);
    const profile = await call('/api/auth/profile', { token });
    expect(profile.status).toBe(200);
    expect(profile.body).toMatchObject({ email: account.email, sessionAuthMethod: 'password' });
    const own = await call('/api/own/profile', { token });
    expect(own.body).toEqual(profile.body);
  });

  it('runs hand-written handlers whose bodies a host pipe has turned into DTOs', async () => {
    const call = await start();
    const signup = await call('/api/own/signup', { body: { ...account, firstName: ' Ada ' } });
    expect(signup.status).toBe(201);
    expect(signup.body).toMatchObject({ user: { firstName: 'Ada' } });
    const refused = await call('/api/own/signup', { body: { email: 1, password: ['x'] } });
    expect(refused.status).toBe(400);
    expect(refused.body).toMatchObject({
      code: 'VALIDATION_FAILED',
      details: { fields: { email: expect.any(Array) } },
    });
  });

  it('denies by default, opens public routes, and shows session and client to a guarded one', async () => {
    const call = await start();
    const signup = await call('/api/auth/signup', { body: account });
    const token = String(signup.body.accessToken);
    expect((await call('/api/own/secret')).body).toMatchObject({
      code: 'AUTH_TOKEN_MISSING',
      statusCode: 401,
    });
    expect((await call('/api/own/secret', { token })).body).toMatchObject({ ip: '127.0.0.1' });
    expect((await call('/api/own/open')).body).toEqual({ user: null });
    expect((await call('/api/own/open', { token: 'x.y.z' })).body).toEqual({ user: null });
    expect((await call('/api/own/open', { token })).body).toEqual({
      user: (signup.body.user as { sub: string }).sub,
    });
    expect((await call('/api/own/secret', { method: 'HEAD' })).status).toBe(401);
  });

  it('codes what no parser can read and leaves errors of the application alone', async () => {
    const call = await start();
    const broken = await call('/api/auth/login', { raw: '{"identifier":' });
    expect(broken.status).toBe(400);
    expect(broken.body).toMatchObject({ code: 'VALIDATION_FAILED', timestamp: expect.any(String) });
    const large = await call('/api/auth/login', { raw: `{"identifier":"${'x'.repeat(2_000_000)}"}` });
    expect(large.status).toBe(413);
    expect(large.body).toMatchObject({ code: 'PAYLOAD_TOO_LARGE' });
    const bad = await call('/api/own/bad');
    expect(bad.body).toEqual({ message: 'the application says no', error: 'Bad Request', statusCode: 400 });
    const missing = await call('/api/nowhere');
    expect(missing.status).toBe(404);
    expect(missing.body).not.toHaveProperty('code');
  });

  it('survives bodies that would overflow a recursive validator', async () => {
    const call = await start();
    const raw = `{"email":"a@example.com","password":"long enough","metadata":${'{"a":'.repeat(6000)}1${'}'.repeat(6000)}}`;
    for (const path of ['/api/auth/signup', '/api/own/signup']) {
      const answer = await call(path, { raw });
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ code: 'VALIDATION_FAILED' });
    }
  });

  it('accepts a DELETE that announces JSON and brings none', async () => {
    const call = await start();
    const signup = await call('/api/auth/signup', { body: account });
    const token = String(signup.body.accessToken);
    const { sessions } = (await call('/api/auth/sessions', { token })).body as {
      sessions: { sessionId: string }[];
    };
    const answer = await call(`/api/auth/sessions/${sessions[0]?.sessionId}`, {
      method: 'DELETE',
      token,
      headers: { 'content-type': 'application/json' },
    });
    expect(answer.body).toEqual({ success: true, wasCurrentSession: true });
    expect((await call('/api/auth/profile', { token })).body).toMatchObject({
      code: 'AUTH_SESSION_NOT_FOUND',
    });
  });

  it('limits the refresh cookie to where the routes are, prefix included, and clears it there', async () => {
    const call = await start({
      ...testConfig({ routes: { enabled: true } }),
      tokenDelivery: { method: 'cookies' },
    });
    const pathOf = (answer: Answer): string | undefined =>
      answer.headers
        .getSetCookie()
        .find((cookie) => cookie.startsWith('nauth_refresh_token='))
        ?.match(/Path=([^;]*)/)?.[1];
    const signup = await call('/api/auth/signup', { body: account });
    expect(signup.body).not.toHaveProperty('accessToken');
    expect(pathOf(signup)).toBe('/api/auth');
    const cookie = signup.headers
      .getSetCookie()
      .map((text) => text.split(';')[0])
      .join('; ');
    const csrf = String(signup.headers.get('x-csrf-token'));
    const logout = await call('/api/auth/logout', { body: {}, headers: { cookie, 'x-csrf-token': csrf } });
    expect(logout.status).toBe(200);
    expect(pathOf(logout)).toBe('/api/auth');
    expect(pathOf(await call('/api/own/secret', { headers: { cookie } }))).toBe('/api/auth');
  });

  it('keeps two modules of one application apart', async () => {
    @Module({
      imports: [
        AuthModule.forRoot({
          ...testConfig({ tablePrefix: 'staff_', routes: { enabled: true, prefix: 'staff' } }),
          isGlobal: false,
          globalGuards: false,
        }),
      ],
    })
    class StaffModule {}
    @Module({
      imports: [
        AuthModule.forRoot({
          ...testConfig({ tablePrefix: 'guest_', routes: { enabled: true, prefix: 'guest' } }),
          isGlobal: false,
          globalGuards: false,
        }),
      ],
    })
    class GuestModule {}
    const call = await serve(await create(adapter, { imports: [StaffModule, GuestModule] }));
    const staff = await call('/staff/signup', { body: account });
    expect(staff.status).toBe(201);
    expect(
      (await call('/guest/login', { body: { identifier: account.email, password: account.password } }))
        .status,
    ).toBe(401);
    const token = String(staff.body.accessToken);
    expect((await call('/staff/profile', { token })).status).toBe(200);
    expect((await call('/guest/profile', { token })).status).toBe(401);
  });
});

describe('AuthModule.forRootAsync', () => {
  @Injectable()
  class ConfigFactory {
    createNAuthConfig(): NAuthConfig {
      return testConfig();
    }
  }

  @Module({ providers: [ConfigFactory], exports: [ConfigFactory] })
  class SettingsModule {}

  const forms = {
    useFactory: AuthModule.forRootAsync({
      imports: [SettingsModule],
      inject: [ConfigFactory],
      useFactory: (factory: ConfigFactory) => factory.createNAuthConfig(),
      routes: { enabled: true },
    }),
    useClass: AuthModule.forRootAsync({ useClass: ConfigFactory, routes: { enabled: true } }),
    useExisting: AuthModule.forRootAsync({
      imports: [SettingsModule],
      useExisting: ConfigFactory,
      routes: { enabled: true },
    }),
  };

  it.each(Object.keys(forms) as (keyof typeof forms)[])('takes %s', async (form) => {
    const call = await serve(await create('express', { imports: [forms[form]] }));
    expect((await call('/auth/signup', { body: account })).status).toBe(201);
  });
});

describe('a wrong configuration', () => {
  it('stops the start with every problem at once', async () => {
    const config = {
      ...testConfig(),
      jwt: { accessToken: { secret: 'short' }, refreshToken: { secret: '' } },
    };
    const failure = await create('express', { imports: [AuthModule.forRoot(config)] }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(NAuthConfigError);
    expect(String(failure)).toMatch(
      /(?=[\s\S]*jwt\.accessToken\.secret)(?=[\s\S]*jwt\.refreshToken\.secret)/,
    );
    expect(String(failure)).not.toContain('short');
  });

  it('names a route that cannot be excluded', () => {
    expect(() => AuthModule.forRoot(testConfig({ routes: { enabled: true, exclude: ['nothing'] } }))).toThrow(
      /routes\.exclude: no route is called nothing/,
    );
  });
});
