import type {
  ChangePasswordRequest,
  ChangePasswordResponse,
  ConfirmPasswordResetRequest,
  ForgotPasswordRequest,
} from '../../contracts';
import { IsLine, IsOpaqueText, Trim } from '../../validation';
import { TokenResponseDTO } from './auth-response.dto';

/** Body of POST /change-password. */
export class ChangePasswordDTO implements ChangePasswordRequest {
  @IsOpaqueText(4096)
  oldPassword!: string;

  /** Taken as it is; the policy checks it (R001 to R007). */
  @IsOpaqueText(4096)
  newPassword!: string;
}

/** Answer of changePassword: with the tokens of the session in JSON delivery. */
export class ChangePasswordResponseDTO extends TokenResponseDTO implements ChangePasswordResponse {
  success = true as const;
}

/** Body of POST /forgot-password. Where the message goes, and what it links to, is not for the request to say (R120). */
export class ForgotPasswordDTO implements ForgotPasswordRequest {
  /** E-mail address, user name or phone number. */
  @Trim()
  @IsLine(320)
  identifier!: string;
}

/** Body of POST /forgot-password/confirm and of POST /reset-password/confirm. */
export class ConfirmPasswordResetDTO extends ForgotPasswordDTO implements ConfirmPasswordResetRequest {
  /** Digits, or what a link carries (R118). */
  @Trim()
  @IsOpaqueText(64)
  code!: string;

  /** Taken as it is; the policy checks it (R001 to R007). */
  @IsOpaqueText(4096)
  newPassword!: string;
}
