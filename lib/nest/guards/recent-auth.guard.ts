import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ContextStorage } from '../../context';
import { RecentAuthentication } from '../../mfa';
import { RECENT_AUTH_MAX_AGE } from '../decorators/recent-auth-max-age';
import { RequestStates } from '../request-states';
import { AuthGuard } from './auth.guard';

/** Stage 3, and a recent proof at the highest level of the account: for routes with `@RequireRecentAuth()`. */
@Injectable()
export class RecentAuthGuard implements CanActivate {
  constructor(
    @Inject(AuthGuard) private readonly authGuard: AuthGuard,
    @Inject(RequestStates) private readonly states: RequestStates,
    @Inject(ContextStorage) private readonly context: ContextStorage,
    @Inject(RecentAuthentication) private readonly recent: RecentAuthentication,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  /** @throws {NAuthException} AUTH_STEP_UP_REQUIRED, and the codes of AuthGuard */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    await this.authGuard.canActivate(context);
    const maxAgeMs = this.reflector.getAllAndOverride<number | undefined>(RECENT_AUTH_MAX_AGE, [
      context.getHandler(),
      context.getClass(),
    ]);
    const state = this.states.open(context);
    if (!state) return false;
    await this.context.run(state, () => this.recent.assert(maxAgeMs));
    return true;
  }
}
