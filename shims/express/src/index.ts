export {
  ExpressAdapter,
  type ExpressHost,
  type ExpressMiddleware,
  type ExpressNAuth,
} from './express-adapter';
export type { ExpressHelpers } from './helpers';
export type { ErrorMiddleware, Middleware, NextStep } from './middleware.type';
export type { ResponseInterceptor } from './response-interceptors';
export type { RouteHandler } from './route-handler';
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
