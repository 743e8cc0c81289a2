import {
  Inject,
  Injectable,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { tap, type Observable } from 'rxjs';
import { ContextStorage } from '../../context';
import { TokenDeliveryHandler } from '../../pipeline';
import { RequestStates } from '../request-states';

/** Runs the route inside the context of its request, and stage 4 when the route has succeeded. */
@Injectable()
export class CookieTokenInterceptor implements NestInterceptor {
  constructor(
    @Inject(RequestStates) private readonly states: RequestStates,
    @Inject(ContextStorage) private readonly storage: ContextStorage,
    @Inject(TokenDeliveryHandler) private readonly delivery: TokenDeliveryHandler,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const state = this.states.open(context);
    if (!state) return next.handle();
    return this.storage.run(state, () => next.handle()).pipe(tap(() => this.delivery.handle(state)));
  }
}
