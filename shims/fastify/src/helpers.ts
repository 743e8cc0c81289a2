import {
  recentAuthAge,
  viewOf,
  type Duration,
  type NAuthClientInfo,
  type NAuthCore,
  type NAuthSession,
  type NAuthUser,
  type RequestView,
  type TokenDeliveryMethod,
} from '@nauth-toolkit/nestjs';
import type { HookRequest, RequestHook } from './hook.type';
import type { RequestPipeline } from './request-pipeline';

/**
 * What routes use: `{ preHandler: [nauth.helpers.public()] }`. The getters find the request in hand by themselves; a
 * request given to them goes first.
 */
export interface FastifyHelpers {
  /** The route is open. Credentials that came along are looked at, and refused ones do not matter. */
  public(): RequestHook;
  /** The route is for signed-in users: others get the codes of `AuthHandler.require`. */
  requireAuth(): RequestHook;
  /**
   * As `requireAuth()`, for users who have proved of late who they are, with a second factor where the account has one.
   * Others get AUTH_STEP_UP_REQUIRED, whose details say what POST /step-up takes.
   *
   * @param maxAge how long ago that may be: '5m', or seconds. Default '15m'
   * @throws {TypeError} at once, for what is no duration
   */
  requireRecentAuth(maxAge?: Duration): RequestHook;
  /** As `public()`, for routes that look at the user when there is one. */
  optionalAuth(): RequestHook;
  /**
   * How tokens that this route issues travel, whoever asks. Needs `tokenDelivery.method: 'hybrid'`.
   *
   * @throws {Error} at once, when the configuration delivers the other way only
   */
  tokenDelivery(method: TokenDeliveryMethod): RequestHook;
  /** The signed-in user, or null. */
  getCurrentUser(request?: HookRequest): NAuthUser | null;
  /** The session of the signed-in user, or null. */
  getCurrentSession(request?: HookRequest): NAuthSession | null;
  /** Address, user agent and request id; null where no stage of the pipeline has run. */
  getClientInfo(request?: HookRequest): NAuthClientInfo | null;
}

export function createHelpers(core: NAuthCore, pipeline: RequestPipeline): FastifyHelpers {
  const view = (request?: HookRequest): RequestView =>
    viewOf(request ? core.context.open(request.raw) : core.context.current());
  return {
    public: () => pipeline.authenticate('identify'),
    requireAuth: () => pipeline.authenticate('require'),
    requireRecentAuth: (maxAge = '15m') => pipeline.requireRecent(recentAuthAge(maxAge, 'requireRecentAuth')),
    optionalAuth: () => pipeline.authenticate('identify'),
    tokenDelivery: (method) => {
      core.delivery.assertOverride(method);
      return pipeline.stage((state) => {
        state.deliveryOverride = method;
      });
    },
    getCurrentUser: (request) => view(request).user,
    getCurrentSession: (request) => view(request).session,
    getClientInfo: (request) => view(request).client,
  };
}
