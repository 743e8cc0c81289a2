import {
  AuthResponseDTO,
  AuthService,
  ChallengeDataDTO,
  PasskeyLoginDTO,
  PasskeyLoginOptionsDTO,
  Public,
  SetupDataDTO,
  type ChallengeDataResponse,
  type PasskeyLoginOptionsResponse,
  type SetupDataResponse,
} from '@nauth-toolkit/nestjs';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';

/** What a page needs for passkeys and for second factors of a sign-in. */
@Controller('auth')
@Public()
export class PasskeysController {
  constructor(private readonly authService: AuthService) {}

  @Post('passkey/login/options')
  @HttpCode(200)
  loginOptions(@Body() body: PasskeyLoginOptionsDTO): Promise<PasskeyLoginOptionsResponse> {
    return this.authService.getPasskeyLoginOptions(body);
  }

  @Post('passkey/login/verify')
  @HttpCode(200)
  login(@Body() body: PasskeyLoginDTO): Promise<AuthResponseDTO> {
    return this.authService.loginWithPasskey(body);
  }

  @Post('challenge/setup-data')
  @HttpCode(200)
  setupData(@Body() body: SetupDataDTO): Promise<SetupDataResponse> {
    return this.authService.getSetupData(body);
  }

  @Post('challenge/challenge-data')
  @HttpCode(200)
  challengeData(@Body() body: ChallengeDataDTO): Promise<ChallengeDataResponse> {
    return this.authService.getChallengeData(body);
  }
}
