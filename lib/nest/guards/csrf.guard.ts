import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { CsrfHandler } from '../../pipeline';
import { RequestStates } from '../request-states';

/** Stage 2 in Nest's form. */
@Injectable()
export class CsrfGuard implements CanActivate {
  constructor(
    @Inject(RequestStates) private readonly states: RequestStates,
    @Inject(CsrfHandler) private readonly csrf: CsrfHandler,
  ) {}

  /** @throws {NAuthException} AUTH_CSRF_ORIGIN_REJECTED, AUTH_CSRF_TOKEN_MISSING, AUTH_CSRF_TOKEN_INVALID */
  canActivate(context: ExecutionContext): boolean {
    const state = this.states.open(context);
    if (state) this.csrf.handle(state);
    return true;
  }
}
