import type { AdminAuthService } from '../admin';
import type { AuthAuditService } from '../audit';
import type { AuthService } from '../auth';
import type { Clock } from '../common';
import type { ResolvedConfig } from '../config';
import type { ContextStorage, DeliveryPolicy } from '../context';
import type { MFAService, RecentAuthentication } from '../mfa';
import type { AuthHandler, ClientInfoHandler, CsrfHandler, TokenDeliveryHandler } from '../pipeline';
import type { RouteDefinition, RouteRunner } from '../routes';
import type { GracefulShutdown } from '../shutdown';

/** What an application without Nest calls. */
export interface NAuthServices {
  readonly authService: AuthService;
  readonly mfaService: MFAService;
  readonly adminAuthService: AdminAuthService;
  readonly auditService: AuthAuditService;
  readonly config: ResolvedConfig;
  /** True once `shutdown` has been called: the answer of a route that a load balancer asks. */
  isShuttingDown(): boolean;
  /** Closes what the toolkit opened. `shutdown` of the host does this too, when the server has stopped. */
  close(): Promise<void>;
}

/** What a host adapter builds its middleware, hooks and routes from. */
export interface NAuthCore extends NAuthServices {
  readonly context: ContextStorage;
  readonly delivery: DeliveryPolicy;
  readonly clock: Clock;
  readonly gracefulShutdown: GracefulShutdown;
  readonly clientInfo: ClientInfoHandler;
  readonly csrf: CsrfHandler;
  readonly auth: AuthHandler;
  readonly recentAuthentication: RecentAuthentication;
  readonly tokenDelivery: TokenDeliveryHandler;
  /** The selected rows of the manifest. */
  readonly routes: readonly RouteDefinition[];
  readonly runner: RouteRunner;
}

/** Turns the core into the form of one framework. */
export interface HostAdapter<Host extends object> {
  attach(core: NAuthCore): Host;
}
