import type {
  ChallengeDataRequest,
  ResendCodeRequest,
  RespondToChallengeRequest,
  SetupDataRequest,
} from '../../contracts';
import { FactorAnswerDTO } from '../../mfa';
import { IsJsonObject, IsOpaqueText, OptionalField } from '../../validation';

/** Body of POST /respond-challenge. Which fields a challenge wants is its own matter; here each has its exact type. */
export class RespondToChallengeDTO extends FactorAnswerDTO implements RespondToChallengeRequest {
  /** What the challenge came with. */
  @IsOpaqueText(256)
  session!: string;

  /** The name of the challenge. */
  @IsOpaqueText(64)
  type!: string;

  @OptionalField()
  @IsOpaqueText(64)
  phone?: string;

  /** Taken as it is; the policy checks it (R001 to R007). */
  @OptionalField()
  @IsOpaqueText(4096)
  newPassword?: string;

  @OptionalField()
  @IsOpaqueText(32)
  method?: string;

  @OptionalField()
  @IsJsonObject()
  setupData?: Record<string, unknown>;
}

/** Body of POST /challenge/resend. */
export class ResendCodeDTO implements ResendCodeRequest {
  @IsOpaqueText(256)
  session!: string;
}

/** Body of POST /challenge/challenge-data. */
export class ChallengeDataDTO implements ChallengeDataRequest {
  @IsOpaqueText(256)
  session!: string;

  @IsOpaqueText(32)
  method!: string;
}

/** Body of POST /challenge/setup-data. */
export class SetupDataDTO extends ChallengeDataDTO implements SetupDataRequest {
  @OptionalField()
  @IsJsonObject()
  setupData?: Record<string, unknown>;
}
