import { IsBoolean } from 'class-validator';
import type {
  MfaChallengeRequest,
  MfaExemptionRequest,
  MfaSetupRequest,
  MfaVerifyRequest,
  MfaVerifySetupRequest,
} from '../../contracts';
import { IsJsonObject, IsLine, IsOpaqueText, OptionalField, Trim } from '../../validation';
import { FactorAnswerDTO } from './factor-answer.dto';

/** Body of POST /mfa/setup-data. */
export class MfaSetupDTO implements MfaSetupRequest {
  @IsOpaqueText(32)
  methodName!: string;

  @OptionalField()
  @IsJsonObject()
  setupData?: Record<string, unknown>;
}

/** Body of POST /mfa/verify-setup. */
export class MfaVerifySetupDTO implements MfaVerifySetupRequest {
  @IsOpaqueText(32)
  methodName!: string;

  @IsJsonObject()
  setupData!: Record<string, unknown>;

  /** Shown in the list of factors. */
  @OptionalField()
  @Trim()
  @IsLine(64)
  deviceName?: string;
}

/** Body of POST /mfa/challenge-data. */
export class MfaChallengeDTO implements MfaChallengeRequest {
  @IsOpaqueText(32)
  method!: string;
}

/** Body of POST /mfa/verify. */
export class MfaVerifyDTO extends FactorAnswerDTO implements MfaVerifyRequest {
  @IsOpaqueText(32)
  method!: string;
}

/** A factor of the signed-in user. */
export class MfaDeviceDTO {
  @IsOpaqueText(128)
  deviceId!: string;
}

/** A new name of a factor: path and body of PUT /mfa/devices/:deviceId. */
export class RenameMfaDeviceDTO extends MfaDeviceDTO {
  @Trim()
  @IsLine(64)
  name!: string;
}

/** The account of somebody else. For administrators. */
export class MfaAccountDTO {
  @IsOpaqueText(128)
  sub!: string;
}

/** Whether an account has to have a second factor: body of POST /admin/mfa/exemption. */
export class MfaExemptionDTO extends MfaAccountDTO implements MfaExemptionRequest {
  @IsBoolean()
  exempt!: boolean;

  /** Why; wanted for an exemption. */
  @OptionalField()
  @Trim()
  @IsLine(255)
  reason?: string;
}
