import { IsOptional } from 'class-validator';
import type {
  ChallengeDataRequest,
  ResendCodeRequest,
  RespondToChallengeRequest,
  SetupDataRequest,
} from '../../contracts';
import { IsJsonObject, IsOpaqueText } from '../validation/field-decorators';

/** Body of POST /respond-challenge. Which fields a challenge wants is its own matter; here each has its exact type. */
export class RespondToChallengeDTO implements RespondToChallengeRequest {
  /** What the challenge came with. */
  @IsOpaqueText(256)
  session!: string;

  /** The name of the challenge. */
  @IsOpaqueText(64)
  type!: string;

  @IsOptional()
  @IsOpaqueText(64)
  code?: string;

  @IsOptional()
  @IsOpaqueText(64)
  phone?: string;

  /** Taken as it is; the policy checks it (R001 to R007). */
  @IsOptional()
  @IsOpaqueText(4096)
  newPassword?: string;

  @IsOptional()
  @IsOpaqueText(32)
  method?: string;

  @IsOptional()
  @IsOpaqueText(128)
  deviceId?: string;

  /** A WebAuthn credential as the browser gives it. */
  @IsOptional()
  @IsJsonObject()
  credential?: Record<string, unknown>;

  @IsOptional()
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
  @IsOptional()
  @IsJsonObject()
  setupData?: Record<string, unknown>;
}
