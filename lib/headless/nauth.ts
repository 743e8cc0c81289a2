import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import type { DataSource } from 'typeorm';
import { AdminAuthService } from '../admin';
import { AuthAuditService } from '../audit';
import { AuthService } from '../auth';
import { CLOCK, type Clock } from '../common';
import { resolveConfig, type NAuthConfig } from '../config';
import { ContextStorage, DeliveryPolicy } from '../context';
import { MFAService, RecentAuthentication } from '../mfa';
import { AuthHandler, ClientInfoHandler, CsrfHandler, TokenDeliveryHandler } from '../pipeline';
import { RouteRunner, selectRoutes } from '../routes';
import { GracefulShutdown } from '../shutdown';
import { HeadlessModule } from './headless.module';
import type { HostAdapter, NAuthCore, NAuthServices } from './nauth-core';

export interface NAuthCreateOptions<Host extends object> {
  config: NAuthConfig;
  /** The application's own DataSource, used when `config.database` is not set. It is left open by `close()`. */
  dataSource?: DataSource;
  adapter: HostAdapter<Host>;
}

/** The toolkit for hosts other than NestJS: the same services and pipeline, out of a headless Nest context. */
export class NAuth {
  /**
   * Checks the configuration, opens the database, applies migrations, and gives the services in the form of the host.
   *
   * @throws {NAuthConfigError} with every problem of the configuration
   * @throws {Error} when the database cannot be reached or prepared
   */
  static async create<Host extends object>(options: NAuthCreateOptions<Host>): Promise<NAuthServices & Host> {
    const core = await bootCore(options.config, options.dataSource);
    const { authService, adminAuthService, mfaService, auditService, config, isShuttingDown, close } = core;
    return {
      authService,
      adminAuthService,
      mfaService,
      auditService,
      config,
      isShuttingDown,
      close,
      ...options.adapter.attach(core),
    };
  }
}

async function bootCore(input: NAuthConfig, dataSource: DataSource | undefined): Promise<NAuthCore> {
  const config = resolveConfig(input);
  const routes = selectRoutes(config.routes);
  const app = await NestFactory.createApplicationContext(HeadlessModule.with(config, dataSource), {
    // A library does not end its host's process, and Nest's start-up chatter is not the host's.
    abortOnError: false,
    logger: config.logger ?? ['error', 'warn'],
  });
  const gracefulShutdown = app.get(GracefulShutdown);
  let closed: Promise<void> | undefined;
  return {
    authService: app.get(AuthService),
    mfaService: app.get(MFAService),
    adminAuthService: app.get(AdminAuthService),
    auditService: app.get(AuthAuditService),
    config,
    context: app.get(ContextStorage),
    delivery: app.get(DeliveryPolicy),
    clock: app.get<Clock>(CLOCK),
    clientInfo: app.get(ClientInfoHandler),
    csrf: app.get(CsrfHandler),
    auth: app.get(AuthHandler),
    recentAuthentication: app.get(RecentAuthentication),
    tokenDelivery: app.get(TokenDeliveryHandler),
    routes,
    runner: app.get(RouteRunner),
    gracefulShutdown,
    isShuttingDown: () => gracefulShutdown.isShuttingDown(),
    close: () => (closed ??= app.close()),
  };
}
