import type { Provider } from '@nestjs/common';
import { SPARED_SIGN_INS } from '../challenges';
import { SESSION_POLICY } from '../sessions';
import { AddressFactors } from './address-factors.service';
import { BackupCodes } from './backup-codes/backup-codes.service';
import { AddressMethodParts } from './codes/address-method-parts';
import { FactorCodes } from './codes/factor-codes.service';
import { EmailMethod } from './email/email.method';
import { EnrolmentSession } from './enrolment-session.service';
import { FactorEnrolment } from './factor-enrolment.service';
import { FactorFailures } from './factor-failures.service';
import { FactorNotices } from './factor-notices.service';
import { FactorRemoval } from './factor-removal.service';
import { FactorVerifier } from './factor-verifier.service';
import { MfaGracePeriods } from './mfa-grace-periods.service';
import { MfaMethodRegistry } from './mfa-method-registry';
import { MfaPolicy } from './mfa-policy.service';
import { MfaRequiredResolver } from './mfa-required.resolver';
import { MfaSetupResolver } from './mfa-setup.resolver';
import { MfaSessionPolicy } from './mfa-session-policy.service';
import { MFAService } from './mfa.service';
import { PasskeyCeremonies } from './passkey/passkey-ceremonies.service';
import { PasskeyChecker } from './passkey/passkey-checker.service';
import { PasskeyDecoys } from './passkey/passkey-decoys';
import { PasskeyLogin } from './passkey/passkey-login.service';
import { PasskeyMethod } from './passkey/passkey.method';
import { PendingFactorCleaner } from './pending-factor-cleaner.service';
import { RecentAuthentication } from './recent-authentication.service';
import { SessionFactors } from './session-factors.service';
import { SparedFactors } from './spared-factors.service';
import { SECOND_FACTOR_BYPASS } from './ports/second-factor-bypass';
import { DeviceTrust } from './trusted-devices/device-trust.service';
import { TrustedDevicesUseCase } from './trusted-devices/trusted-devices.use-case';
import { SmsMethod } from './sms/sms.method';
import { TotpMethod } from './totp/totp.method';
import { TotpSeeds } from './totp/totp-seeds';
import { MfaAccounts } from './use-cases/mfa-accounts';
import { MfaDevicesUseCase } from './use-cases/mfa-devices.use-case';
import { MfaExemptionUseCase } from './use-cases/mfa-exemption.use-case';
import { MfaOverviewUseCase } from './use-cases/mfa-overview.use-case';
import { MfaSetupUseCase } from './use-cases/mfa-setup.use-case';
import { MfaVerificationUseCase } from './use-cases/mfa-verification.use-case';

/** Second factors, but for what the composition root gives: options, repository, and the two ports. */
export const mfaProviders: Provider[] = [
  DeviceTrust,
  { provide: SECOND_FACTOR_BYPASS, useExisting: DeviceTrust },
  TrustedDevicesUseCase,
  MfaMethodRegistry,
  SparedFactors,
  { provide: SPARED_SIGN_INS, useExisting: SparedFactors },
  MfaPolicy,
  RecentAuthentication,
  FactorNotices,
  FactorFailures,
  BackupCodes,
  FactorEnrolment,
  FactorRemoval,
  AddressFactors,
  FactorVerifier,
  SessionFactors,
  EnrolmentSession,
  FactorCodes,
  TotpSeeds,
  TotpMethod,
  AddressMethodParts,
  SmsMethod,
  EmailMethod,
  MfaSetupResolver,
  MfaRequiredResolver,
  PendingFactorCleaner,
  MfaGracePeriods,
  MfaSessionPolicy,
  { provide: SESSION_POLICY, useExisting: MfaSessionPolicy },
  MfaAccounts,
  MfaOverviewUseCase,
  MfaSetupUseCase,
  MfaDevicesUseCase,
  MfaExemptionUseCase,
  MfaVerificationUseCase,
  PasskeyCeremonies,
  PasskeyChecker,
  PasskeyDecoys,
  PasskeyMethod,
  PasskeyLogin,
  MFAService,
];
