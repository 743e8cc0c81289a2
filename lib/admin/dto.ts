import { IsBoolean, IsIn, IsInt, Max, Min } from 'class-validator';

import type {
  AdminDisableUserRequest,
  AdminResetPasswordRequest,
  AdminSetPasswordRequest,
} from '../contracts';
import { IsLine, IsOpaqueText, OptionalField } from '../validation';

/** Parameters of a path that names a user. */
export class AdminUserDTO {
  @IsOpaqueText(128)
  sub!: string;
}

/** Body of POST /admin/users/:sub/disable. */
export class AdminDisableUserDTO extends AdminUserDTO implements AdminDisableUserRequest {
  @OptionalField()
  @IsLine(255)
  reason?: string;
}

/** Body of POST /admin/set-password. */
export class AdminSetPasswordDTO extends AdminUserDTO implements AdminSetPasswordRequest {
  /** Taken as it is; the policy checks it (R001 to R007). */
  @IsOpaqueText(4096)
  newPassword!: string;

  @OptionalField()
  @IsBoolean()
  mustChangePassword?: boolean;

  /** A new password ends all sessions whatever is asked for (R121). */
  @OptionalField()
  @IsIn([true], { message: 'revokeSessions can only be true: a new password always ends all sessions' })
  revokeSessions?: true;
}

/** Body of POST /admin/reset-password/initiate. A link comes from the configuration, never from here (R120). */
export class AdminResetPasswordDTO extends AdminUserDTO implements AdminResetPasswordRequest {
  @OptionalField()
  @IsIn(['email', 'sms'])
  deliveryMethod?: 'email' | 'sms';

  /** Seconds (R116). */
  @OptionalField()
  @IsInt()
  @Min(300)
  @Max(3600)
  codeExpiresIn?: number;

  @OptionalField()
  @IsBoolean()
  revokeSessions?: boolean;

  @OptionalField()
  @IsLine(255)
  reason?: string;
}
