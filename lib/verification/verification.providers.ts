import type { Provider } from '@nestjs/common';
import { AddressCodes } from './address-codes.service';
import { AddressMask } from './address-mask.service';
import { AddressProof } from './address-proof.service';
import { AddressResolverParts } from './address-resolver-parts';
import { CodeAttempts } from './code-attempts.service';
import { CodeSender } from './code-sender.service';
import { OneTimeCodeCleaner } from './one-time-code-cleaner.service';
import { OneTimeCodes } from './one-time-codes.service';
import { SignupVerification } from './signup-verification.service';
import { VerifyEmailResolver } from './verify-email.resolver';
import { VerifyPhoneResolver } from './verify-phone.resolver';

/** What this folder provides. */
export const verificationProviders: Provider[] = [
  OneTimeCodes,
  OneTimeCodeCleaner,
  AddressMask,
  CodeSender,
  CodeAttempts,
  AddressCodes,
  AddressProof,
  AddressResolverParts,
  VerifyEmailResolver,
  VerifyPhoneResolver,
  SignupVerification,
];
