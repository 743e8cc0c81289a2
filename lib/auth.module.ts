import { Inject, Module, Optional } from '@nestjs/common';
import type { DynamicModule, MiddlewareConsumer, NestModule, Provider } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, DiscoveryModule, HttpAdapterHost } from '@nestjs/core';
import { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } from './auth.module-definition';
import type { ASYNC_OPTIONS_TYPE, NAuthModuleExtras, OPTIONS_TYPE } from './auth.module-definition';
import { RESOLVED_CONFIG, resolveConfig, type NAuthConfig } from './config';
import { ContextStorage } from './context';
import { coreExports, coreProviders } from './core.providers';
import {
  AuthGuard,
  CookieTokenInterceptor,
  CsrfGuard,
  HookExplorer,
  NAuthContextGuard,
  NAuthExceptionFilter,
  RecentAuthGuard,
} from './nest';
import { NAuthRoutesExceptionFilter } from './nest';
import { ApplicationShutdown } from './nest/application-shutdown';
import { prepareHttpAdapter } from './nest/http-adapter-setup';
import { RequestContextMiddleware } from './nest/middleware/request-context.middleware';
import { RequestStates } from './nest/request-states';
import { createRoutesController } from './nest/routes.controller';
import { resolveRoutes, selectRoutes, type ResolvedRoutesOptions, type RoutesOptions } from './routes';
import { GracefulShutdown } from './shutdown';

const nestProviders: Provider[] = [
  RequestStates,
  NAuthContextGuard,
  CsrfGuard,
  AuthGuard,
  RecentAuthGuard,
  CookieTokenInterceptor,
  NAuthRoutesExceptionFilter,
  ApplicationShutdown,
];

const globalGuards: Provider[] = [
  { provide: APP_GUARD, useExisting: NAuthContextGuard },
  { provide: APP_GUARD, useExisting: CsrfGuard },
  { provide: APP_GUARD, useExisting: AuthGuard },
];

/**
 * Authentication for a NestJS application. `forRoot(config)` or `forRootAsync({ imports, inject, useFactory | useClass |
 * useExisting })`; both also take `isGlobal`, `globalGuards` and `routes`.
 *
 * @throws {NAuthConfigError} at start, with every problem of the configuration
 */
@Module({})
export class AuthModule extends ConfigurableModuleClass implements NestModule {
  constructor(
    @Inject(ContextStorage) private readonly storage: ContextStorage,
    @Inject(GracefulShutdown) private readonly shutdown: GracefulShutdown,
    @Optional() @Inject(HttpAdapterHost) private readonly adapterHost?: HttpAdapterHost,
  ) {
    super();
  }

  static forRoot(options: typeof OPTIONS_TYPE): DynamicModule {
    const module = super.forRoot(options);
    const routes = options.routes;
    return extend(module, options, routes, resolvedConfigProvider(routes));
  }

  static forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return extend(
      super.forRootAsync(options),
      options,
      options.routes,
      resolvedConfigProvider(options.routes),
    );
  }

  configure(consumer: MiddlewareConsumer): void {
    const adapter = this.adapterHost?.httpAdapter;
    if (adapter) prepareHttpAdapter(adapter, this.storage, this.shutdown);
    consumer.apply(RequestContextMiddleware).forRoutes('{*path}');
  }
}

/** Routes are fixed when the module is declared, so a factory's configuration takes them from there. */
function resolvedConfigProvider(routes: RoutesOptions | undefined): Provider {
  return {
    provide: RESOLVED_CONFIG,
    inject: [MODULE_OPTIONS_TOKEN],
    useFactory: (config: NAuthConfig) => resolveConfig(routes === undefined ? config : { ...config, routes }),
  };
}

function extend(
  module: DynamicModule,
  extras: NAuthModuleExtras,
  routes: RoutesOptions | undefined,
  configProvider: Provider,
): DynamicModule {
  const guarded = extras.globalGuards ?? true;
  return {
    ...module,
    global: extras.isGlobal ?? true,
    imports: [...(module.imports ?? []), DiscoveryModule],
    controllers: [...(module.controllers ?? []), ...controllersFor(resolveRoutes(routes))],
    providers: [
      ...(module.providers ?? []),
      configProvider,
      ...coreProviders,
      ...nestProviders,
      HookExplorer,
      { provide: APP_INTERCEPTOR, useExisting: CookieTokenInterceptor },
      { provide: APP_FILTER, useClass: NAuthExceptionFilter },
      ...(guarded ? globalGuards : []),
    ],
    exports: [...(module.exports ?? []), ...coreExports, ...nestProviders],
  };
}

function controllersFor(routes: ResolvedRoutesOptions): NonNullable<DynamicModule['controllers']> {
  return routes.enabled ? [createRoutesController(selectRoutes(routes), routes.prefix)] : [];
}
