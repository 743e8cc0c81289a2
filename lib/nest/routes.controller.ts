import {
  Controller,
  HttpCode,
  Inject,
  Req,
  RequestMapping,
  RequestMethod,
  UseFilters,
  UseGuards,
} from '@nestjs/common';
import { VERSION_NEUTRAL, type Type } from '@nestjs/common';
import { ContextStorage } from '../context';
import { RouteRunner, type RouteDefinition, type RouteRequest } from '../routes';
import { Public } from './decorators/public.decorator';
import { NAuthRoutesExceptionFilter } from './filters/nauth-routes-exception.filter';
import { AuthGuard } from './guards/auth.guard';
import { rawRequest } from './request-access';

type RouteHandler = (this: RoutesBase, request: RouteRequest) => Promise<unknown>;

class RoutesBase {
  constructor(
    @Inject(RouteRunner) readonly runner: RouteRunner,
    @Inject(ContextStorage) readonly storage: ContextStorage,
  ) {}
}

/**
 * A controller with one handler for each row of the manifest. Handlers take the whole request, so that no pipe of the
 * host gets between a body and the service that validates it.
 */
export function createRoutesController(routes: readonly RouteDefinition[], prefix: string): Type<unknown> {
  @Controller({ path: prefix, version: VERSION_NEUTRAL })
  @UseGuards(AuthGuard)
  @UseFilters(NAuthRoutesExceptionFilter)
  class NAuthRoutesController extends RoutesBase {
    constructor(@Inject(RouteRunner) runner: RouteRunner, @Inject(ContextStorage) storage: ContextStorage) {
      super(runner, storage);
    }
  }
  for (const route of routes) addHandler(NAuthRoutesController.prototype, route);
  return NAuthRoutesController;
}

function addHandler(prototype: RoutesBase, route: RouteDefinition): void {
  const handler: RouteHandler = async function (request) {
    const raw = rawRequest(request);
    if (!raw) throw new Error('the host gave no HTTP request');
    return this.runner.run(route, this.storage.open(raw), request);
  };
  const descriptor: PropertyDescriptor = { value: handler, writable: true, configurable: true };
  Object.defineProperty(prototype, route.key, descriptor);
  Reflect.defineMetadata('design:paramtypes', [Object], prototype, route.key);
  RequestMapping({ path: route.path, method: RequestMethod[route.method] })(prototype, route.key, descriptor);
  HttpCode(route.status)(prototype, route.key, descriptor);
  if (route.access === 'public') Public()(prototype, route.key, descriptor);
  Req()(prototype, route.key, 0);
}
