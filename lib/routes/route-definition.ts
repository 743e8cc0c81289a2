import type { AdminAuthService } from '../admin';
import type { AuthService } from '../auth';
import type { MFAService } from '../mfa';
import type { RouteGroup } from './route.options';

/** Services that rows of the manifest call. */
export interface RouteServices {
  authService: AuthService;
  mfaService: MFAService;
  adminAuthService: AdminAuthService;
}

/** Where a route takes the input of its service call from. A body may not name what stands in the path. */
export type RouteInputSource = 'none' | 'body' | 'query' | 'params' | 'body-and-params';

/** One ready-made route. Hosts are built from these rows and know nothing else of the routes. */
export interface RouteDefinition {
  /** Unique name, for `exclude`. */
  readonly key: string;
  readonly group: RouteGroup;
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the prefix, with `:name` parameters. */
  readonly path: string;
  readonly access: 'public' | 'authenticated';
  readonly status: 200 | 201;
  readonly input: RouteInputSource;
  /** What the service validates the input against. */
  readonly dto?: new () => object;
  /** A GET that changes state: answered only with a bearer token or for a page of the same origin (R063). */
  readonly changesStateByGet?: true;
  readonly call: (services: RouteServices, input: unknown) => Promise<unknown>;
}
