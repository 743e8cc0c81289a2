import { AuthModule } from '@nauth-toolkit/nestjs';
import { Module } from '@nestjs/common';
import { AuthController } from './auth/auth.controller';
import { readEnvironment } from './environment';
import { GreetingController } from './greeting/greeting.controller';
import { nauthConfig } from './nauth.config';

@Module({
  imports: [AuthModule.forRootAsync({ useFactory: () => nauthConfig(readEnvironment()) })],
  controllers: [AuthController, GreetingController],
})
export class AppModule {}
