export { AuthModule } from './auth.module';
export type { NAuthConfigFactory, NAuthModuleExtras } from './auth.module-definition';
export {
  AdminAuditEventsDTO,
  AdminAuditHistoryDTO,
  AdminAuthService,
  AdminResetPasswordDTO,
  AdminSetPasswordDTO,
  AdminSuspiciousActivityDTO,
  AdminUserDTO,
} from './admin';
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
  AuditHistoryDTO,
  AuthResponseDTO,
  AuthService,
  ChallengeDataDTO,
  ChangePasswordDTO,
  ChangePasswordResponseDTO,
  ConfirmAddressDTO,
  ConfirmPasswordResetDTO,
  ForgotPasswordDTO,
  LoginDTO,
  LogoutAllDTO,
  LogoutDTO,
  LogoutSessionDTO,
  PasskeyLoginDTO,
  PasskeyLoginOptionsDTO,
  RefreshTokenDTO,
  ResendCodeDTO,
  RespondToChallengeDTO,
  SetupDataDTO,
  SignupDTO,
  StepUpDataDTO,
  StepUpDTO,
  TokenResponseDTO,
  UpdateProfileDTO,
} from './auth';
export { canonicalEmail, canonicalPhone, systemClock, type Clock, type Duration } from './common';
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
  RecentAuthGuard,
  RequireRecentAuth,
  TokenDelivery,
  validationException,
} from './nest';
export { dropTypeOfEmptyBody } from './nest/http-adapter-setup';
export { responseSink } from './nest/request-access';
export {
  MfaAccountDTO,
  MfaChallengeDTO,
  MfaDeviceDTO,
  MfaExemptionDTO,
  MFAService,
  MfaSetupDTO,
  MfaVerifyDTO,
  MfaVerifySetupDTO,
  RenameMfaDeviceDTO,
  TrustedDeviceDTO,
  TrustDeviceResponseDTO,
} from './mfa';
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
export { recentAuthAge, RecentAuthentication, type MfaOptions } from './mfa';
export { AuthHandler, ClientInfoHandler, CsrfHandler, TokenDeliveryHandler } from './pipeline';
export {
  replayRisk,
  type AdaptiveMfaOptions,
  type RiskDecision,
  type RiskReplay,
  type RiskTrigger,
} from './risk';
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
export { validateDto } from './validation';
