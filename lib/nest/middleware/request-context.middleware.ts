import { Inject, Injectable, type NestMiddleware } from '@nestjs/common';
import { ContextStorage, type IncomingRequest } from '../../context';

/** Stage 0 in Nest's form: everything after it, guards and pipes of the host included, runs in the request's context. */
@Injectable()
export class RequestContextMiddleware implements NestMiddleware {
  constructor(@Inject(ContextStorage) private readonly storage: ContextStorage) {}

  use(request: IncomingRequest, _response: unknown, next: () => void): void {
    this.storage.run(this.storage.open(request), next);
  }
}
