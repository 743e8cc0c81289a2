export { NAuthConfigError, type ConfigProblem } from './config-error';
export type { DatabaseOptions, NAuthConfig } from './nauth-config';
export { resolveConfig } from './resolve-config';
export type { ResolvedConfig } from './resolved-config';

/** Token of the ResolvedConfig. */
export const RESOLVED_CONFIG = Symbol('nauth.config');
