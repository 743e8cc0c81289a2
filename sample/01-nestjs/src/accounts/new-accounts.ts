import { OnNAuth, type HookEvent } from '@nauth-toolkit/nestjs';
import { Injectable, Logger } from '@nestjs/common';

/** What the application does when somebody has signed up. */
@Injectable()
export class NewAccounts {
  private readonly logger = new Logger(NewAccounts.name);

  @OnNAuth('afterSignup')
  greet({ user }: HookEvent<'afterSignup'>): void {
    this.logger.log(`New account: ${user.sub}`);
  }
}
