export type { ErrorHandler, ErrorReply } from './error-handler';
export {
  type ClosableApplication,
  FastifyAdapter,
  type FastifyHost,
  type FastifyMiddleware,
  type FastifyNAuth,
} from './fastify-adapter';
export type { FastifyHelpers } from './helpers';
export type { HookDone, HookReply, HookRequest, RequestHook, SendHook } from './hook.type';
export type { NAuthPluginOptions } from './plugin';
export type { ResponseInterceptor } from './response-interceptors';
export type { RouteHandler, WrappedRouteHandler } from './route-handler';
export { RouteResponse } from './route-response';
export {
  AuthAuditService,
  AuthResponseDTO,
  AuthService,
  LoginDTO,
  LogoutAllDTO,
  LogoutDTO,
  LogoutSessionDTO,
  NAuth,
  NAuthConfigError,
  NAuthException,
  RefreshTokenDTO,
  SignupDTO,
  TokenResponseDTO,
  toNAuthException,
  UpdateProfileDTO,
} from '@nauth-toolkit/nestjs';
export type {
  AuthResponse,
  Clock,
  DatabaseOptions,
  ErrorResponse,
  GeoLocation,
  GeoLocator,
  NAuthClientInfo,
  NAuthConfig,
  NAuthErrorCode,
  NAuthServices,
  NAuthSession,
  NAuthUser,
  RequestState,
  ResolvedConfig,
  TokenDeliveryMethod,
} from '@nauth-toolkit/nestjs';
