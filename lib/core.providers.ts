import type { Provider } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AUDIT_ALARM, AUDIT_OPTIONS, type AuditAlarm, auditProviders, AuthAuditService } from './audit';
import { AuthService, CurrentIdentity } from './auth';
import { LoginUseCase } from './auth/use-cases/login.use-case';
import { LogoutUseCase } from './auth/use-cases/logout.use-case';
import { ProfileUseCase } from './auth/use-cases/profile.use-case';
import { RefreshTokenUseCase } from './auth/use-cases/refresh-token.use-case';
import { RespondToChallengeUseCase } from './auth/use-cases/respond-to-challenge.use-case';
import { SessionsUseCase } from './auth/use-cases/sessions.use-case';
import { SignupUseCase } from './auth/use-cases/signup.use-case';
import {
  AccountChallengeAttempts,
  CHALLENGE_ATTEMPTS,
  CHALLENGE_OPTIONS,
  ChallengeCleaner,
  ChallengeOpener,
  ChallengeRegistry,
  ChallengeService,
  ChallengeSupport,
  OpenChallenges,
  SignInGate,
} from './challenges';
import { CLOCK, ENCRYPTION_KEYS, UNIT_OF_WORK } from './common';
import { RESOLVED_CONFIG, type ResolvedConfig } from './config';
import {
  AuthCookies,
  ContextStorage,
  DeliveryPolicy,
  GEO_LOCATION_OPTIONS,
  SECURITY_OPTIONS,
  TOKEN_DELIVERY_OPTIONS,
} from './context';
import { DeviceCleaner, DeviceRecognition, DeviceTokens, KnownDevices } from './devices';
import { HOOK_OPTIONS, HookGate, HookRegistry, HookRunner } from './hooks';
import { FloodWatch, KNOWN_CLIENTS, LOCKOUT_OPTIONS, PASSWORD_CAPACITY, PasswordAttempts } from './lockout';
import { NOTIFICATION_OPTIONS, notificationProviders } from './notifications';
import { HashQueue, PASSWORD_OPTIONS, passwordProviders } from './password';
import { Database, openDatabase, repositoryProviders } from './persistence';
import {
  AuthHandler,
  ClientInfoHandler,
  ClientLocator,
  CsrfHandler,
  CsrfTokens,
  DeviceTokenReader,
  OriginCheck,
  RequestRefusals,
  TokenDeliveryHandler,
} from './pipeline';
import { COUNTERS, NetworkLimits, RATE_LIMITS_OPTIONS, RateLimiter } from './rate-limit';
import { ResourceLifecycle } from './resource-lifecycle';
import { RouteRunner } from './routes';
import {
  LiveSessions,
  SESSION_OPTIONS,
  SessionAuthenticator,
  SessionCleaner,
  SessionEnder,
  SessionOpener,
  SessionRefresher,
} from './sessions';
import { SessionTokens } from './sessions';
import { GracefulShutdown, SHUTDOWN_OPTIONS } from './shutdown';
import { TRANSIENT_STORE } from './storage';
import { createCounters, openTransientStore } from './storage.factory';
import { AccessTokenService, JWT_OPTIONS, RefreshTokenCodec } from './tokens';
import { LOGIN_OPTIONS, SIGNUP_OPTIONS } from './users';
import { OneTimeCodes } from './verification';

type Section = keyof ResolvedConfig;

/** One section of the configuration under the token of the domain that it belongs to. */
function section(provide: symbol, name: Section): Provider {
  return { provide, inject: [RESOLVED_CONFIG], useFactory: (config: ResolvedConfig) => config[name] };
}

const configuration: Provider[] = [
  section(CLOCK, 'clock'),
  section(AUDIT_OPTIONS, 'auditLogs'),
  section(CHALLENGE_OPTIONS, 'challenge'),
  section(ENCRYPTION_KEYS, 'encryption'),
  section(GEO_LOCATION_OPTIONS, 'geoLocation'),
  section(HOOK_OPTIONS, 'hooks'),
  section(JWT_OPTIONS, 'jwt'),
  section(LOCKOUT_OPTIONS, 'lockout'),
  section(LOGIN_OPTIONS, 'login'),
  section(NOTIFICATION_OPTIONS, 'notifications'),
  section(PASSWORD_OPTIONS, 'password'),
  section(RATE_LIMITS_OPTIONS, 'rateLimits'),
  section(SECURITY_OPTIONS, 'security'),
  section(SESSION_OPTIONS, 'session'),
  section(SHUTDOWN_OPTIONS, 'shutdown'),
  section(SIGNUP_OPTIONS, 'signup'),
  section(TOKEN_DELIVERY_OPTIONS, 'tokenDelivery'),
];

const persistence: Provider[] = [
  {
    provide: Database,
    inject: [RESOLVED_CONFIG, ContextStorage, { token: getDataSourceToken(), optional: true }],
    useFactory: (config: ResolvedConfig, context: ContextStorage, hostDataSource?: DataSource) =>
      openDatabase(config, hostDataSource, () => context.current()),
  },
  { provide: UNIT_OF_WORK, useExisting: Database },
  ...repositoryProviders,
  { provide: TRANSIENT_STORE, inject: [RESOLVED_CONFIG, Database], useFactory: openTransientStore },
  { provide: COUNTERS, inject: [RESOLVED_CONFIG, TRANSIENT_STORE], useFactory: createCounters },
  ResourceLifecycle,
  GracefulShutdown,
];

const domains: Provider[] = [
  ContextStorage,
  DeliveryPolicy,
  AuthCookies,
  HookRegistry,
  HookRunner,
  HookGate,
  {
    provide: AUDIT_ALARM,
    inject: [HookRunner],
    useFactory: (hooks: HookRunner): AuditAlarm => ({
      auditFailed: (failure) => hooks.notify('auditFailed', () => failure),
    }),
  },
  ...auditProviders,
  ...notificationProviders,
  KnownDevices,
  { provide: KNOWN_CLIENTS, useExisting: KnownDevices },
  { provide: PASSWORD_CAPACITY, useExisting: HashQueue },
  RateLimiter,
  NetworkLimits,
  FloodWatch,
  PasswordAttempts,
  ...passwordProviders,
  AccessTokenService,
  RefreshTokenCodec,
  DeviceTokens,
  DeviceRecognition,
  DeviceCleaner,
  LiveSessions,
  SessionEnder,
  SessionCleaner,
  SessionTokens,
  SessionOpener,
  SessionAuthenticator,
  SessionRefresher,
  ChallengeRegistry,
  ChallengeOpener,
  { provide: CHALLENGE_ATTEMPTS, useClass: AccountChallengeAttempts },
  OpenChallenges,
  SignInGate,
  ChallengeService,
  ChallengeSupport,
  ChallengeCleaner,
  OneTimeCodes,
  CurrentIdentity,
  RespondToChallengeUseCase,
  SignupUseCase,
  LoginUseCase,
  RefreshTokenUseCase,
  LogoutUseCase,
  SessionsUseCase,
  ProfileUseCase,
  AuthService,
];

const pipeline: Provider[] = [
  ClientLocator,
  DeviceTokenReader,
  ClientInfoHandler,
  OriginCheck,
  RequestRefusals,
  CsrfTokens,
  CsrfHandler,
  AuthHandler,
  TokenDeliveryHandler,
  RouteRunner,
];

/** Everything that does not depend on a host, given RESOLVED_CONFIG. One list for the module and the headless form. */
export const coreProviders: Provider[] = [...configuration, ...persistence, ...domains, ...pipeline];

/** What guards, interceptors and services of an application may inject. */
export const coreExports = [
  AuthService,
  AuthAuditService,
  ContextStorage,
  DeliveryPolicy,
  ClientInfoHandler,
  CsrfHandler,
  AuthHandler,
  TokenDeliveryHandler,
  RouteRunner,
  GracefulShutdown,
  CLOCK,
  TRANSIENT_STORE,
  RESOLVED_CONFIG,
];
