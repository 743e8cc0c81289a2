import { toCleanText, type Duration } from '../../common';
import type { ResolvedSessionOptions, SessionOptions } from '../../sessions';
import { loadJwtKeys } from '../../tokens/jwt-keys';
import type { JwtOptions, ResolvedJwtOptions } from '../../tokens/jwt.options';
import type { ProblemReport } from '../problem-report';
import { checkSecret } from '../secret-rules';
import { milliseconds, type SectionContext } from '../section-context';
import type { JwtDraft } from './jwt.schema';
import { refreshTtlWithin, type RefreshTtl } from './refresh-ttl';

const DEFAULT_REFRESH_LIFE: Duration = '7d';

/** R036, R037, R039. Undefined when a problem stands in the report. */
export function resolveJwt(
  options: JwtDraft,
  refreshTtlMs: number,
  context: SectionContext,
): ResolvedJwtOptions | undefined {
  const refresh = options.refreshToken ?? {};
  checkRefreshSecrets(options, context);
  const keys = resolveKeys(options, context);
  if (!keys) return undefined;
  return {
    algorithm: options.algorithm ?? 'HS256',
    issuer: options.issuer,
    audience: options.audience === undefined ? undefined : [options.audience].flat(),
    accessTokenTtlMs: milliseconds(options.accessToken?.expiresIn ?? '15m'),
    signingKey: keys.signingKey,
    verificationKeys: keys.verificationKeys,
    refreshToken: {
      secrets: [...new Set([refresh.secret ?? '', ...(refresh.previousSecrets ?? [])])],
      ttlMs: refreshTtlMs,
      reuseDetection: refresh.reuseDetection ?? true,
      graceMs: (refresh.graceSeconds ?? 10) * 1000,
    },
  };
}

/** The life of a refresh token for any option that may set one; `jwt.refreshToken.expiresIn` when it does not. */
export function refreshTtlOf(
  options: JwtDraft,
  session: ResolvedSessionOptions,
  sessionOptions: SessionOptions,
  context: SectionContext,
): { general: number; specific: RefreshTtl } {
  const given = options.refreshToken?.expiresIn;
  const specific = refreshTtlWithin(session, sessionOptions, given ?? DEFAULT_REFRESH_LIFE, context);
  return { general: specific('jwt.refreshToken.expiresIn', given), specific };
}

function resolveKeys(options: JwtDraft, { report }: SectionContext): ReturnType<typeof loadJwtKeys>['keys'] {
  const { keys, problems } = loadJwtKeys(withoutGaps(options));
  for (const problem of problems) {
    const path = toCleanText(problem.path, 200);
    if (isAboutKeys(path, options, report)) report.addRule(path, problem.message);
  }
  return keys;
}

/** Without a known algorithm only a shared secret can be judged: it has the rules that every HS* has. */
function isAboutKeys(path: string, options: JwtDraft, report: ProblemReport): boolean {
  if (!report.isRefused('jwt.algorithm')) return true;
  return path === 'jwt.accessToken.secret' && options.accessToken?.privateKey === undefined;
}

function withoutGaps(options: JwtDraft): JwtOptions {
  const { accessToken = {}, refreshToken = {}, ...rest } = options;
  return { ...rest, accessToken, refreshToken: { ...refreshToken, secret: refreshToken.secret ?? '' } };
}

function checkRefreshSecrets(options: JwtDraft, context: SectionContext): void {
  const path = 'jwt.refreshToken.secret';
  const { secret, previousSecrets = [] } = options.refreshToken ?? {};
  checkSecret(path, secret, context.report);
  previousSecrets.forEach((previous, index) => {
    checkSecret(`jwt.refreshToken.previousSecrets[${index}]`, previous, context.report);
  });
  const accessSecrets = [options.accessToken, ...Object.values(options.keys ?? {})].map((key) => key?.secret);
  if (secret !== undefined && accessSecrets.includes(secret)) {
    context.report.addRule(
      path,
      'is an access-token secret too; whoever verifies one must not make the other',
    );
  }
}
