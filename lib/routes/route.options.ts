/** Groups of the ready-made routes. */
export type RouteGroup = 'core' | 'profile' | 'device' | 'mfa' | 'audit' | 'admin';

export interface RoutesOptions {
  /** Mounts the ready-made routes. Default false. */
  enabled?: boolean;
  /** Path below which they are mounted. Default 'auth'. */
  prefix?: string;
  /** Default: all but `admin`, which the application has to guard. */
  groups?: RouteGroup[];
  /** Keys of routes to leave out; an unknown key stops the start. */
  exclude?: string[];
}

export interface ResolvedRoutesOptions {
  enabled: boolean;
  /** Without slashes at either end. */
  prefix: string;
  groups: readonly RouteGroup[];
  exclude: readonly string[];
}
