import {
  AuthResponseDTO,
  AuthService,
  LoginDTO,
  LogoutAllDTO,
  LogoutDTO,
  Public,
  RefreshTokenDTO,
  SignupDTO,
  TokenResponseDTO,
  UpdateProfileDTO,
  type LogoutAllResponse,
  type LogoutResponse,
  type LogoutSessionResponse,
  type SessionsResponse,
  type UserProfile,
} from '@nauth-toolkit/nestjs';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';

/** Every route asks for a signed-in user, except where `@Public()` opens it. */
@Controller('auth')
export class AuthController {
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

  @Post('refresh')
  @Public()
  @HttpCode(200)
  refresh(@Body() body: RefreshTokenDTO): Promise<TokenResponseDTO> {
    return this.authService.refreshToken(body);
  }

  @Post('logout')
  @HttpCode(200)
  logout(@Body() body: LogoutDTO): Promise<LogoutResponse> {
    return this.authService.logout(body);
  }

  @Post('logout/all')
  @HttpCode(200)
  logoutAll(@Body() body: LogoutAllDTO): Promise<LogoutAllResponse> {
    return this.authService.logoutAll(body);
  }

  @Get('profile')
  getProfile(): Promise<UserProfile> {
    return this.authService.getProfile();
  }

  @Put('profile')
  updateProfile(@Body() body: UpdateProfileDTO): Promise<UserProfile> {
    return this.authService.updateProfile(body);
  }

  @Get('sessions')
  sessions(): Promise<SessionsResponse> {
    return this.authService.getUserSessions();
  }

  @Delete('sessions/:sessionId')
  logoutSession(@Param('sessionId') sessionId: string): Promise<LogoutSessionResponse> {
    return this.authService.logoutSession({ sessionId });
  }
}
