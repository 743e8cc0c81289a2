import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { isNestedDeeperThan } from '../../common';
import { DeliveryPolicy } from '../../context';
import type { TokenDeliveryMethod } from '../../contracts';
import { NAuthException } from '../../errors';
import { ClientInfoHandler } from '../../pipeline';
import { TOKEN_DELIVERY } from '../decorators/token-delivery.decorator';
import { requestOf } from '../request-access';
import { RequestStates } from '../request-states';

/** Bodies nested deeper overflow the stack of pipes that validate by recursion (R133). */
const MAX_BODY_DEPTH = 200;

/** Stage 1 in Nest's form: client information, and what the route demands of token delivery. */
@Injectable()
export class NAuthContextGuard implements CanActivate {
  constructor(
    @Inject(RequestStates) private readonly states: RequestStates,
    @Inject(ClientInfoHandler) private readonly clientInfo: ClientInfoHandler,
    @Inject(DeliveryPolicy) private readonly delivery: DeliveryPolicy,
    @Inject(Reflector) private readonly reflector: Reflector,
  ) {}

  /** @throws {NAuthException} VALIDATION_FAILED for a body that pipes could not survive */
  canActivate(context: ExecutionContext): boolean {
    const state = this.states.open(context);
    if (!state) return true;
    if (!state.client && isNestedDeeperThan(requestOf(context)?.body, MAX_BODY_DEPTH)) {
      throw new NAuthException('VALIDATION_FAILED', { message: 'The request body is nested too deeply.' });
    }
    this.clientInfo.handle(state);
    const override = this.reflector.getAllAndOverride<TokenDeliveryMethod | undefined>(TOKEN_DELIVERY, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (override) {
      this.delivery.assertOverride(override);
      state.deliveryOverride = override;
    }
    return true;
  }
}
