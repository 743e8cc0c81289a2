import { CurrentUser, type NAuthUser } from '@nauth-toolkit/nestjs';
import { Controller, Get } from '@nestjs/common';

/** A route of the application itself. */
@Controller('greeting')
export class GreetingController {
  @Get()
  greet(@CurrentUser() user: NAuthUser): { message: string } {
    return { message: `Hello, ${user.firstName ?? user.email}.` };
  }
}
