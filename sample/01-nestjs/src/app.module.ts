import { AuthModule } from '@nauth-toolkit/nestjs';
import { Module } from '@nestjs/common';
import { NewAccounts } from './accounts/new-accounts';
import { AuthController } from './auth/auth.controller';
import { DevicesController } from './auth/devices.controller';
import { MfaController } from './auth/mfa.controller';
import { PasskeysController } from './auth/passkeys.controller';
import { readEnvironment } from './environment';
import { GreetingController } from './greeting/greeting.controller';
import { nauthConfig } from './nauth.config';

@Module({
  imports: [AuthModule.forRootAsync({ useFactory: () => nauthConfig(readEnvironment()) })],
  controllers: [AuthController, MfaController, PasskeysController, DevicesController, GreetingController],
  providers: [NewAccounts],
})
export class AppModule {}
