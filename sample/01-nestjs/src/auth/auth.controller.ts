import {
  AuditHistoryDTO,
  AuthResponseDTO,
  AuthService,
  ChangePasswordDTO,
  ChangePasswordResponseDTO,
  ConfirmPasswordResetDTO,
  ForgotPasswordDTO,
  ConfirmAddressDTO,
  LoginDTO,
  LogoutAllDTO,
  LogoutDTO,
  Public,
  RefreshTokenDTO,
  ResendCodeDTO,
  RespondToChallengeDTO,
  SignupDTO,
  TokenResponseDTO,
  UpdateProfileDTO,
  type AuditHistoryResponse,
  type ConfirmForgotPasswordResponse,
  type ForgotPasswordResponse,
  type LogoutAllResponse,
  type LogoutResponse,
  type LogoutSessionResponse,
  type ResendCodeResponse,
  type SessionsResponse,
  type UpdatedProfile,
  type UserProfile,
} from '@nauth-toolkit/nestjs';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Query } from '@nestjs/common';

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

  /** What stands between a sign-up, or a login, and its tokens: here the code from an e-mail. */
  @Post('respond-challenge')
  @Public()
  @HttpCode(200)
  respondToChallenge(@Body() body: RespondToChallengeDTO): Promise<AuthResponseDTO> {
    return this.authService.respondToChallenge(body);
  }

  @Post('challenge/resend')
  @Public()
  @HttpCode(200)
  resendCode(@Body() body: ResendCodeDTO): Promise<ResendCodeResponse> {
    return this.authService.resendCode(body);
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
  updateProfile(@Body() body: UpdateProfileDTO): Promise<UpdatedProfile> {
    return this.authService.updateProfile(body);
  }

  @Post('change-password')
  @HttpCode(200)
  changePassword(@Body() body: ChangePasswordDTO): Promise<ChangePasswordResponseDTO> {
    return this.authService.changePassword(body);
  }

  @Post('forgot-password')
  @Public()
  @HttpCode(200)
  forgotPassword(@Body() body: ForgotPasswordDTO): Promise<ForgotPasswordResponse> {
    return this.authService.forgotPassword(body);
  }

  @Post('forgot-password/confirm')
  @Public()
  @HttpCode(200)
  confirmForgotPassword(@Body() body: ConfirmPasswordResetDTO): Promise<ConfirmForgotPasswordResponse> {
    return this.authService.confirmForgotPassword(body);
  }

  @Post('profile/email/confirm')
  @HttpCode(200)
  confirmEmail(@Body() body: ConfirmAddressDTO): Promise<UserProfile> {
    return this.authService.confirmEmail(body);
  }

  @Get('sessions')
  sessions(): Promise<SessionsResponse> {
    return this.authService.getUserSessions();
  }

  @Delete('sessions/:sessionId')
  logoutSession(@Param('sessionId') sessionId: string): Promise<LogoutSessionResponse> {
    return this.authService.logoutSession({ sessionId });
  }

  @Get('audit/history')
  history(@Query() query: AuditHistoryDTO): Promise<AuditHistoryResponse> {
    return this.authService.getUserAuthHistory(query);
  }
}
