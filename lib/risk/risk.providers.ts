import type { Provider } from '@nestjs/common';
import { SIGN_IN_OBSERVER } from '../challenges';
import { MFA_OPTIONS, RISK_ASSESSMENT, type ResolvedMfaOptions } from '../mfa';
import { AssessedRisk } from './assessed-risk';
import { RiskAssessor } from './risk-assessor.service';
import { RiskSignals } from './risk-signals.service';
import { ADAPTIVE_MFA_OPTIONS } from './risk.options';
import { SignInBlocks } from './sign-in-blocks.service';
import { SignInWatch } from './sign-in-watch.service';

/** What this folder provides, given its repository; with it, the ports of sign-ins and of second factors are filled. */
export const riskProviders: Provider[] = [
  {
    provide: ADAPTIVE_MFA_OPTIONS,
    inject: [MFA_OPTIONS],
    useFactory: ({ adaptive }: ResolvedMfaOptions) => adaptive,
  },
  RiskSignals,
  SignInBlocks,
  RiskAssessor,
  SignInWatch,
  { provide: SIGN_IN_OBSERVER, useExisting: SignInWatch },
  { provide: RISK_ASSESSMENT, useClass: AssessedRisk },
];
