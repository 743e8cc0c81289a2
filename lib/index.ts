export { AuthModule } from './auth.module';
export type { NAuthConfigFactory, NAuthModuleExtras } from './auth.module-definition';
export {
  AuthAuditService,
  type AuditAnchor,
  type AuditBreak,
  type AuditBreakKind,
  type AuditEntry,
  type AuditEvent,
  type AuditPage,
  type AuditQuery,
  type AuditVerification,
  type AuditVerifyOptions,
} from './audit';
export {
  AuthResponseDTO,
  AuthService,
  LoginDTO,
  LogoutAllDTO,
  LogoutDTO,
  LogoutSessionDTO,
  RefreshTokenDTO,
  SignupDTO,
  TokenResponseDTO,
  UpdateProfileDTO,
  validateDto,
} from './auth';
export { canonicalEmail, canonicalPhone, systemClock, type Clock } from './common';
export { NAuthConfigError, type DatabaseOptions, type NAuthConfig, type ResolvedConfig } from './config';
export {
  ContextStorage,
  DeliveryPolicy,
  type ClientDevice,
  type ClientInfo as NAuthClientInfo,
  type CurrentSession as NAuthSession,
  type GeoLocation,
  type GeoLocator,
  type IncomingRequest,
  type RequestState,
  type RequestView,
  type ResponseSink,
  viewOf,
} from './context';
export type * from './contracts';
export type { UserProfile as NAuthUser } from './contracts';
export {
  errorStatus,
  isBodyParserError,
  NAuthException,
  toNAuthException,
  type NAuthExceptionOptions,
} from './errors';
export {
  NAuth,
  type HostAdapter,
  type NAuthCore,
  type NAuthCreateOptions,
  type NAuthServices,
} from './headless';
export {
  hookNames,
  type BeforeHookName,
  type HookClient,
  type HookContext,
  type HookEvent,
  type HookHandler,
  type HookName,
  type HookOptions,
  type LoginFailureReason,
  type NAuthHooks,
} from './hooks';
export {
  AuthGuard,
  ClientInfo,
  CookieTokenInterceptor,
  CsrfGuard,
  CurrentSession,
  CurrentUser,
  NAuthContextGuard,
  NAuthExceptionFilter,
  NAuthRoutesExceptionFilter,
  OnNAuth,
  type OnNAuthOptions,
  Public,
  TokenDelivery,
  validationException,
} from './nest';
export { dropTypeOfEmptyBody } from './nest/http-adapter-setup';
export { responseSink } from './nest/request-access';
export {
  AwsSnsSMSProvider,
  ConsoleEmailProvider,
  ConsoleSMSProvider,
  DeliveryError,
  NodemailerEmailProvider,
  TwilioSMSProvider,
  type AwsSnsSMSProviderOptions,
  type DeliveryOutcome,
  type EmailMessage,
  type EmailProvider,
  type EmailTemplateName,
  type EmailTemplateOptions,
  type EmailTemplates,
  type GlobalVariables,
  type MailTransporter,
  type NodemailerEmailProviderOptions,
  type SesOptions,
  type SmsMessage,
  type SMSProvider,
  type SmsTemplateName,
  type SmsTemplates,
  type SmtpOptions,
  type SnsClient,
  type TemplateValue,
  type TwilioClient,
  type TwilioSMSProviderOptions,
} from './notifications';
export {
  Argon2PasswordHasher,
  BcryptPasswordHasher,
  type Argon2Cost,
  type BreachedPasswords,
  type PasswordHasher,
} from './password';
export { AuthHandler, ClientInfoHandler, CsrfHandler, TokenDeliveryHandler } from './pipeline';
export {
  routeManifest,
  type RouteDefinition,
  type RouteGroup,
  type RouteRequest,
  type RoutesOptions,
} from './routes';
export { GracefulShutdown, type ClosableServer, type ShutdownOptions } from './shutdown';
export {
  MemoryTransientStore,
  RedisTransientStore,
  type CounterState,
  type RedisAddress,
  type RedisClient,
  type RedisTransientStoreOptions,
  type TransientStore,
} from './storage';
