import 'reflect-metadata';
import type { AddressInfo } from 'node:net';
import { UseGuards, type INestApplication } from '@nestjs/common';
import { Field, GraphQLModule, ID, ObjectType, Query, Resolver } from '@nestjs/graphql';
import { MercuriusDriver, type MercuriusDriverConfig } from '@nestjs/mercurius';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { IoAdapter } from '@nestjs/platform-socket.io';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { AuthGuard, AuthModule, AuthService, CurrentUser, type NAuthUser } from '@nauth-toolkit/nestjs';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { account, serve, testConfig, type Answer, type Call } from './support';

@ObjectType()
class Me {
  @Field(() => ID)
  sub!: string;
}

@Resolver(() => Me)
class MeResolver {
  constructor(private readonly auth: AuthService) {}

  @Query(() => Me)
  me(@CurrentUser() user: NAuthUser): Me {
    return { sub: user.sub };
  }

  @Query(() => Me)
  async meByService(): Promise<Me> {
    return { sub: (await this.auth.getProfile()).sub };
  }
}

@WebSocketGateway()
class MeGateway {
  @SubscribeMessage('me')
  @UseGuards(AuthGuard)
  me(@CurrentUser() user: NAuthUser): string {
    return user.sub;
  }
}

describe('other transports read the user', () => {
  let app: INestApplication;
  let call: (path: string, call?: Call) => Promise<Answer>;
  let token: string;
  let sub: string;

  beforeEach(async () => {
    const testing = await Test.createTestingModule({
      imports: [
        AuthModule.forRoot(testConfig({ routes: { enabled: true } })),
        GraphQLModule.forRoot<MercuriusDriverConfig>({ driver: MercuriusDriver, autoSchemaFile: true }),
      ],
      providers: [MeResolver, MeGateway],
    }).compile();
    app = testing.createNestApplication<INestApplication>(new FastifyAdapter(), { logger: false });
    app.useWebSocketAdapter(new IoAdapter(app));
    call = await serve(app);
    const signup = await call('/auth/signup', { body: account });
    token = String(signup.body.accessToken);
    sub = (signup.body.user as { sub: string }).sub;
  });

  afterEach(() => app.close());

  it('in GraphQL, by decorator and by service', async () => {
    const query = { query: '{ me { sub } meByService { sub } }' };
    const answer = await call('/graphql', { body: query, token });
    expect(answer.body).toEqual({ data: { me: { sub }, meByService: { sub } } });
    const refused = await call('/graphql', { body: query });
    expect(JSON.stringify(refused.body)).not.toContain(sub);
    expect(refused.body).toHaveProperty('errors');
  });

  it('in WebSockets, for as long as the session stands', async () => {
    const { port } = app.getHttpServer().address() as AddressInfo;
    const socket = io(`http://127.0.0.1:${port}`, { auth: { token }, transports: ['websocket'] });
    try {
      expect(await ask(socket)).toBe(sub);
      await call('/auth/logout', { body: {}, token });
      expect(await ask(socket)).toBe('refused');
    } finally {
      socket.disconnect();
    }
  });

  it('refuses a socket without a token', async () => {
    const { port } = app.getHttpServer().address() as AddressInfo;
    const socket = io(`http://127.0.0.1:${port}`, { transports: ['websocket'] });
    try {
      expect(await ask(socket)).toBe('refused');
    } finally {
      socket.disconnect();
    }
  });
});

function ask(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    socket.once('exception', () => resolve('refused'));
    socket.emit('me', {}, (answer: string) => resolve(answer));
  });
}
