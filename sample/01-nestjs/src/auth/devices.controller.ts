import {
  AuthService,
  StepUpDataDTO,
  StepUpDTO,
  TokenResponseDTO,
  TrustDeviceResponseDTO,
  type ChallengeDataResponse,
  type IsTrustedDeviceResponse,
  type RevokedCountResponse,
  type RevokedResponse,
  type TrustedDevicesResponse,
} from '@nauth-toolkit/nestjs';
import { Body, Controller, Delete, Get, HttpCode, Param, Post } from '@nestjs/common';

/** Devices on which no second factor is asked for, and the proof that trusting one, among others, asks for. */
@Controller('auth')
export class DevicesController {
  constructor(private readonly authService: AuthService) {}

  @Post('trust-device')
  @HttpCode(200)
  trust(): Promise<TrustDeviceResponseDTO> {
    return this.authService.trustDevice();
  }

  @Get('is-trusted-device')
  isTrusted(): Promise<IsTrustedDeviceResponse> {
    return this.authService.isTrustedDevice();
  }

  @Get('trusted-devices')
  list(): Promise<TrustedDevicesResponse> {
    return this.authService.listTrustedDevices();
  }

  @Delete('trusted-devices')
  revokeAll(): Promise<RevokedCountResponse> {
    return this.authService.revokeAllTrustedDevices();
  }

  @Delete('trusted-devices/:deviceId')
  revoke(@Param('deviceId') deviceId: string): Promise<RevokedResponse> {
    return this.authService.revokeTrustedDevice({ deviceId });
  }

  /** After AUTH_STEP_UP_REQUIRED: password, factor, or both, as its details say. */
  @Post('step-up')
  @HttpCode(200)
  stepUp(@Body() body: StepUpDTO): Promise<TokenResponseDTO> {
    return this.authService.stepUp(body);
  }

  @Post('step-up/challenge-data')
  @HttpCode(200)
  stepUpData(@Body() body: StepUpDataDTO): Promise<ChallengeDataResponse> {
    return this.authService.getStepUpData(body);
  }
}
