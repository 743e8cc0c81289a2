import { systemClock } from '../common';
import { resolveRoutes } from '../routes/resolve-routes';
import type { ResolvedRoutesOptions } from '../routes/route.options';
import { NAuthConfigError } from './config-error';
import { configSchema, type ConfigDraft } from './config.schema';
import { deepFreeze } from './deep-freeze';
import { parseOptions } from './parse-options';
import { ProblemReport } from './problem-report';
import type { ResolvedConfig } from './resolved-config';
import { objectSchemaAt } from './schema-tree';
import type { SectionContext } from './section-context';
import { resolveLogin, resolveSignup } from './sections/account.schema';
import { resolveAudit } from './sections/audit.schema';
import { resolveChallenge } from './sections/challenge.schema';
import { resolveDatabase } from './sections/database.resolve';
import { resolveEncryption } from './sections/encryption.resolve';
import { resolveHooks } from './sections/hooks.schema';
import { resolveGeoLocation } from './sections/geo-location.schema';
import { refreshTtlOf, resolveJwt } from './sections/jwt.resolve';
import { resolveLockout } from './sections/lockout.schema';
import { resolveMfa } from './sections/mfa.resolve';
import { resolveNotifications } from './sections/notifications.resolve';
import { resolvePassword } from './sections/password.resolve';
import { resolveRateLimits } from './sections/rate-limits.schema';
import { resolveSecurity } from './sections/security.resolve';
import { resolveSession } from './sections/session.resolve';
import { resolveShutdown } from './sections/shutdown.schema';
import { resolveTokenDelivery } from './sections/token-delivery.resolve';

/**
 * Checks a configuration as a whole and fills in every default. The input is not changed and the result is frozen;
 * objects of the host in it (data source, stores, hasher, providers, logger, clock) are the host's own and stay as they are.
 * @param env rules differ in production; default: NODE_ENV
 * @throws {NAuthConfigError} with every problem, each with path, what is wrong and the fix, and no secret
 */
export function resolveConfig(
  input: unknown,
  env: { production: boolean } = { production: process.env['NODE_ENV'] === 'production' },
): ResolvedConfig {
  const report = new ProblemReport();
  if (input === undefined) report.addShape('configuration', 'is missing; give at least { jwt: { ... } }');
  const draft = parseOptions(configSchema, input, [], report);
  const resolved = draft && resolveSections(draft, { report, production: env.production });
  const problems = report.problems(Object.keys(objectSchemaAt(configSchema, [])?.shape ?? {}));
  if (problems.length > 0 || !resolved) throw new NAuthConfigError(problems);
  const { database, storageAdapter, logger, clock } = resolved;
  return deepFreeze(
    resolved,
    new Set<unknown>([
      database,
      storageAdapter,
      logger,
      clock,
      resolved.password.hasher,
      resolved.password.breachCheck.source,
      resolved.geoLocation.locator,
      resolved.notifications.emailProvider,
      resolved.notifications.smsProvider,
    ]),
  );
}

function resolveSections(draft: ConfigDraft, context: SectionContext): ResolvedConfig | undefined {
  const { jwt: jwtOptions = {}, session: sessionOptions = {} } = draft;
  const session = resolveSession(sessionOptions, context);
  const refreshTtl = refreshTtlOf(jwtOptions, session, sessionOptions, context);
  const jwt = resolveJwt(jwtOptions, refreshTtl.general, context);
  const encryption = resolveEncryption(draft.encryption, jwtOptions.refreshToken?.secret, context);
  const routes = copyOfLists(resolveRoutes(draft.routes));
  const tokenDelivery = resolveTokenDelivery(draft.tokenDelivery ?? {}, routes, refreshTtl.specific, context);
  const notifications = resolveNotifications(draft, context);
  const rest = {
    tablePrefix: draft.tablePrefix ?? 'nauth_',
    migrations: { autoRun: draft.migrations?.autoRun ?? true },
    database: resolveDatabase(draft.database, context),
    storageAdapter: draft.storageAdapter ?? 'database',
    signup: resolveSignup(draft.signup ?? {}, notifications, context),
    login: resolveLogin(draft.login ?? {}),
    password: resolvePassword(draft.password ?? {}, serviceNames(draft), context),
    lockout: resolveLockout(draft.lockout ?? {}, context),
    rateLimits: resolveRateLimits(draft.rateLimits ?? {}, context),
    security: resolveSecurity(draft.security ?? {}, tokenDelivery, context),
    tokenDelivery,
    geoLocation: resolveGeoLocation(draft.geoLocation ?? {}, context),
    session,
    notifications,
    mfa: resolveMfa(draft.mfa ?? {}, { issuer: jwtOptions.issuer, notifications }, context),
    auditLogs: resolveAudit(draft.auditLogs ?? {}, draft.logger?.enablePiiRedaction ?? true),
    shutdown: resolveShutdown(draft.shutdown ?? {}, context),
    challenge: resolveChallenge(draft.challenge ?? {}, context),
    hooks: resolveHooks(draft.hooks ?? {}, context),
    routes,
    logger: draft.logger?.instance,
    clock: draft.clock ?? systemClock,
  };
  return jwt && encryption && { ...rest, jwt, encryption };
}

/** What a service is called by its users, and so what many of them put into a password (R003). */
function serviceNames({ jwt, email, mfa }: ConfigDraft): (string | undefined)[] {
  const { appName, companyName } = email?.globalVariables ?? {};
  return [jwt?.issuer, appName, companyName, mfa?.issuer, mfa?.passkey?.rpName];
}

/** The lists are the host's: the result is frozen, they are not. */
function copyOfLists(routes: ResolvedRoutesOptions): ResolvedRoutesOptions {
  return { ...routes, groups: [...routes.groups], exclude: [...routes.exclude] };
}
