import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { NAuthException } from '../../errors';
import { AuthHandler } from '../../pipeline';
import { IS_PUBLIC } from '../decorators/public.decorator';
import { RequestStates } from '../request-states';
import { CsrfGuard } from './csrf.guard';
import { NAuthContextGuard } from './nauth-context.guard';

/**
 * Stage 3 in Nest's form: denies by default, `@Public()` opens. Global unless the module says otherwise; on a route or
 * controller it brings the earlier stages with it, and what was done once is not done again.
 */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    @Inject(RequestStates) private readonly states: RequestStates,
    @Inject(NAuthContextGuard) private readonly contextGuard: NAuthContextGuard,
    @Inject(CsrfGuard) private readonly csrfGuard: CsrfGuard,
    @Inject(AuthHandler) private readonly auth: AuthHandler,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  /** @throws {NAuthException} the codes of `AuthHandler.require` and of the CSRF check */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const isPublic = this.reflector.getAllAndOverride<boolean | undefined>(IS_PUBLIC, [
      context.getHandler(),
      context.getClass(),
    ]);
    const state = this.states.openCall(context);
    if (!state) {
      if (isPublic) return true;
      throw new NAuthException('AUTH_TOKEN_MISSING');
    }
    this.contextGuard.canActivate(context);
    this.csrfGuard.canActivate(context);
    await (isPublic ? this.auth.identify(state) : this.auth.require(state));
    return true;
  }
}
