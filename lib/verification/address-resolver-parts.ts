import { Inject, Injectable } from '@nestjs/common';
import { ChallengeRegistry } from '../challenges';
import { SIGNUP_OPTIONS, type ResolvedSignupOptions } from '../users';
import { AddressCodes } from './address-codes.service';
import { AddressProof } from './address-proof.service';

/** What is injected into the challenges VERIFY_EMAIL and VERIFY_PHONE. */
@Injectable()
export class AddressResolverParts {
  constructor(
    @Inject(ChallengeRegistry) readonly registry: ChallengeRegistry,
    @Inject(AddressCodes) readonly codes: AddressCodes,
    @Inject(AddressProof) readonly proof: AddressProof,
    @Inject(SIGNUP_OPTIONS) readonly options: ResolvedSignupOptions,
  ) {}
}
