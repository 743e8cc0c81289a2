import type { StepUpDataRequest, StepUpRequest } from '../../contracts';
import { FactorAnswerDTO, MfaChallengeDTO } from '../../mfa';
import { IsOpaqueText, OptionalField } from '../../validation';

/** Body of POST /step-up. What of it the account has to show is its own matter; here each has its exact type. */
export class StepUpDTO extends FactorAnswerDTO implements StepUpRequest {
  @OptionalField()
  @IsOpaqueText(4096)
  password?: string;

  @OptionalField()
  @IsOpaqueText(32)
  method?: string;
}

/** Body of POST /step-up/challenge-data. */
export class StepUpDataDTO extends MfaChallengeDTO implements StepUpDataRequest {}
