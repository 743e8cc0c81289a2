import type { Provider } from '@nestjs/common';
import { getDataSourceToken } from '@nestjs/typeorm';
import type { DataSource } from 'typeorm';
import { AdminAccounts, AdminAudit, AdminAuthService, AdministeredUsers, AdminPasswords } from './admin';
import { AUDIT_ALARM, AUDIT_OPTIONS, type AuditAlarm, auditProviders, AuthAuditService } from './audit';
import { AuthService } from './auth';
import { AccountPasswords } from './auth/passwords/account-passwords.service';
import { LockoutNotice } from './auth/passwords/lockout-notice.service';
import { ForceChangePasswordResolver } from './auth/passwords/force-change-password.resolver';
import { TakenAccounts } from './auth/signup/taken-accounts.service';
import { ResetAccounts } from './auth/passwords/reset-accounts.service';
import { ResetConfirmation } from './auth/passwords/reset-confirmation.service';
import { ResetMessages } from './auth/passwords/reset-messages.service';
import { ChangePasswordUseCase } from './auth/use-cases/change-password.use-case';
import { AuditHistoryUseCase } from './auth/use-cases/audit-history.use-case';
import { AddressRequests } from './auth/address-change/address-requests.service';
import { AddressSwitch } from './auth/address-change/address-switch.service';
import { ConfirmAddressUseCase } from './auth/use-cases/confirm-address.use-case';
import { LoginUseCase } from './auth/use-cases/login.use-case';
import { LogoutUseCase } from './auth/use-cases/logout.use-case';
import { PasskeyLoginUseCase } from './auth/use-cases/passkey-login.use-case';
import { ProfileUseCase } from './auth/use-cases/profile.use-case';
import { RefreshTokenUseCase } from './auth/use-cases/refresh-token.use-case';
import { ResetPasswordUseCase } from './auth/use-cases/reset-password.use-case';
import { RespondToChallengeUseCase } from './auth/use-cases/respond-to-challenge.use-case';
import { SessionsUseCase } from './auth/use-cases/sessions.use-case';
import { SignupUseCase } from './auth/use-cases/signup.use-case';
import { StepUpUseCase } from './auth/use-cases/step-up.use-case';
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
  SIGN_IN_DETAILS,
  SignInGate,
} from './challenges';
import { CLOCK, ENCRYPTION_KEYS, UNIT_OF_WORK } from './common';
import { RESOLVED_CONFIG, type ResolvedConfig } from './config';
import {
  AuthCookies,
  ContextStorage,
  CurrentIdentity,
  DeliveryPolicy,
  GEO_LOCATION_OPTIONS,
  MaxMindLocator,
  type ResolvedGeoLocationOptions,
  SECURITY_OPTIONS,
  TOKEN_DELIVERY_OPTIONS,
} from './context';
import { DeviceCleaner, DeviceRecognition, DeviceTokens, KnownDevices, TrustedDevices } from './devices';
import { RecentAuthentication } from './mfa/recent-authentication.service';
import { HOOK_OPTIONS, HookGate, HookRegistry, HookRunner } from './hooks';
import { FloodWatch, KNOWN_CLIENTS, LOCKOUT_OPTIONS, PASSWORD_CAPACITY, PasswordAttempts } from './lockout';
import { MFA_OPTIONS, MfaGracePeriods, MFAService, mfaProviders } from './mfa';
import { NOTIFICATION_OPTIONS, notificationProviders, SEND_GUARD } from './notifications';
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
import { COUNTERS, MessageLimits, NetworkLimits, RATE_LIMITS_OPTIONS, RateLimiter } from './rate-limit';
import { riskProviders } from './risk';
import { ResourceLifecycle } from './resource-lifecycle';
import { RouteRunner } from './routes';
import {
  LiveSessions,
  SESSION_OPTIONS,
  SessionAuthenticator,
  SessionElevator,
  SessionCleaner,
  SessionEnder,
  SessionHolder,
  SessionOpener,
  SessionRefresher,
  SessionReplacer,
  SessionRevocationGate,
} from './sessions';
import { SessionTokens } from './sessions';
import { GracefulShutdown, SHUTDOWN_OPTIONS } from './shutdown';
import { TRANSIENT_STORE } from './storage';
import { createCounters, openTransientStore } from './storage.factory';
import { AccessTokenService, JWT_OPTIONS, RefreshTokenCodec } from './tokens';
import { LOGIN_OPTIONS, SIGNUP_OPTIONS } from './users';
import { verificationProviders } from './verification';

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
  {
    provide: GEO_LOCATION_OPTIONS,
    inject: [RESOLVED_CONFIG],
    useFactory: async ({ geoLocation }: ResolvedConfig): Promise<ResolvedGeoLocationOptions> => {
      const { locator, maxMind } = geoLocation;
      return { maxMind, locator: maxMind ? await MaxMindLocator.open(maxMind) : locator };
    },
  },
  section(HOOK_OPTIONS, 'hooks'),
  section(JWT_OPTIONS, 'jwt'),
  section(LOCKOUT_OPTIONS, 'lockout'),
  section(LOGIN_OPTIONS, 'login'),
  section(MFA_OPTIONS, 'mfa'),
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
  CurrentIdentity,
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
  MessageLimits,
  { provide: SEND_GUARD, useExisting: MessageLimits },
  NetworkLimits,
  FloodWatch,
  PasswordAttempts,
  ...passwordProviders,
  AccessTokenService,
  RefreshTokenCodec,
  DeviceTokens,
  DeviceRecognition,
  TrustedDevices,
  DeviceCleaner,
  LiveSessions,
  SessionEnder,
  SessionHolder,
  SessionCleaner,
  SessionTokens,
  SessionOpener,
  SessionAuthenticator,
  SessionElevator,
  SessionRefresher,
  SessionReplacer,
  SessionRevocationGate,
  ChallengeRegistry,
  ChallengeOpener,
  { provide: CHALLENGE_ATTEMPTS, useClass: AccountChallengeAttempts },
  OpenChallenges,
  SignInGate,
  ChallengeService,
  ChallengeSupport,
  ChallengeCleaner,
  ...verificationProviders,
  LockoutNotice,
  AccountPasswords,
  ForceChangePasswordResolver,
  ...mfaProviders,
  ...riskProviders,
  ResetAccounts,
  ResetMessages,
  ResetConfirmation,
  { provide: SIGN_IN_DETAILS, useExisting: MfaGracePeriods },
  RespondToChallengeUseCase,
  TakenAccounts,
  SignupUseCase,
  StepUpUseCase,
  LoginUseCase,
  PasskeyLoginUseCase,
  RefreshTokenUseCase,
  LogoutUseCase,
  SessionsUseCase,
  AddressSwitch,
  AddressRequests,
  ConfirmAddressUseCase,
  ProfileUseCase,
  ChangePasswordUseCase,
  AuditHistoryUseCase,
  ResetPasswordUseCase,
  AuthService,
  AdministeredUsers,
  AdminAccounts,
  AdminAudit,
  AdminPasswords,
  AdminAuthService,
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
  MFAService,
  RecentAuthentication,
  AdminAuthService,
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
