import 'reflect-metadata';
import { NAuthClient } from '@nauth-toolkit/client';
import {
  AuthGuard,
  AuthModule,
  AuthResponseDTO,
  AuthService,
  CurrentUser,
  LoginDTO,
  Public,
  SignupDTO,
  type NAuthUser,
} from '@nauth-toolkit/nestjs';
import { Body, Controller, Get, HttpCode, Module, Post, UseGuards, ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { randomBytes } from 'node:crypto';

// A user's application in one file. The package check compiles it as a CommonJS and as an ES module, each beside the
// packed packages, and runs both.

@Controller('auth')
class AuthController {
  constructor(private readonly authService: AuthService) {}

  @Post('signup')
  @Public()
  signup(@Body() body: SignupDTO): Promise<AuthResponseDTO> {
    return this.authService.signup(body);
  }

  @Post('login')
  @Public()
  @HttpCode(200)
  login(@Body() body: LoginDTO): Promise<AuthResponseDTO> {
    return this.authService.login(body);
  }

  @Get('profile')
  @UseGuards(AuthGuard)
  profile(@CurrentUser() user: NAuthUser): NAuthUser {
    return user;
  }
}

const secret = (): string => randomBytes(48).toString('base64');

@Module({
  imports: [
    AuthModule.forRoot({
      database: { type: 'sqlite', url: ':memory:' },
      jwt: { accessToken: { secret: secret() }, refreshToken: { secret: secret() } },
      password: { bcryptCost: 4 },
    }),
  ],
  controllers: [AuthController],
})
class AppModule {}

async function main(): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
  app.useGlobalPipes(new ValidationPipe({ whitelist: true }));
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  const client = new NAuthClient({ baseUrl: url, tokenDelivery: 'json' });
  const account = { email: 'ada@example.com', password: 'correct horse battery staple' };
  await client.signup(account);
  await client.login(account.email, account.password);
  const { email } = await client.getProfile();
  const { status } = await fetch(`${url}/auth/profile`);
  await app.close();
  console.log(JSON.stringify({ email, withoutToken: status }));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
