import {
  MfaChallengeDTO,
  MFAService,
  MfaSetupDTO,
  MfaVerifyDTO,
  MfaVerifySetupDTO,
  type ChallengeDataResponse,
  type MfaAvailableMethodsResponse,
  type MfaBackupCodesResponse,
  type MfaDevicesResponse,
  type MfaMessageResponse,
  type MfaRemoveDeviceResponse,
  type MfaSetupResponse,
  type MfaStatus,
  type MfaVerifyResponse,
  type MfaVerifySetupResponse,
} from '@nauth-toolkit/nestjs';
import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put } from '@nestjs/common';

/** Second factors of the signed-in user. */
@Controller('auth/mfa')
export class MfaController {
  constructor(private readonly mfaService: MFAService) {}

  @Get('status')
  status(): Promise<MfaStatus> {
    return this.mfaService.getMfaStatus();
  }

  @Get('devices')
  devices(): Promise<MfaDevicesResponse> {
    return this.mfaService.getUserDevices();
  }

  @Put('devices/:deviceId')
  rename(@Param('deviceId') deviceId: string, @Body('name') name: string): Promise<MfaMessageResponse> {
    return this.mfaService.renameDevice({ deviceId, name });
  }

  @Delete('devices/:deviceId')
  remove(@Param('deviceId') deviceId: string): Promise<MfaRemoveDeviceResponse> {
    return this.mfaService.removeDevice({ deviceId });
  }

  @Post('devices/:deviceId/preferred')
  @HttpCode(200)
  prefer(@Param('deviceId') deviceId: string): Promise<MfaMessageResponse> {
    return this.mfaService.setPreferredDevice({ deviceId });
  }

  @Get('available-methods')
  availableMethods(): Promise<MfaAvailableMethodsResponse> {
    return this.mfaService.getAvailableMethods();
  }

  @Post('setup-data')
  @HttpCode(200)
  setup(@Body() body: MfaSetupDTO): Promise<MfaSetupResponse> {
    return this.mfaService.setup(body);
  }

  @Post('verify-setup')
  @HttpCode(200)
  verifySetup(@Body() body: MfaVerifySetupDTO): Promise<MfaVerifySetupResponse> {
    return this.mfaService.verifySetup(body);
  }

  @Post('challenge-data')
  @HttpCode(200)
  challenge(@Body() body: MfaChallengeDTO): Promise<ChallengeDataResponse> {
    return this.mfaService.challenge(body);
  }

  @Post('verify')
  @HttpCode(200)
  verify(@Body() body: MfaVerifyDTO): Promise<MfaVerifyResponse> {
    return this.mfaService.verify(body);
  }

  @Post('backup-codes/generate')
  @HttpCode(200)
  backupCodes(): Promise<MfaBackupCodesResponse> {
    return this.mfaService.generateBackupCodes();
  }
}
