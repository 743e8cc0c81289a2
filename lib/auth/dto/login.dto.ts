import type { LoginRequest } from '../../contracts';
import { IsLine, IsOpaqueText, OptionalField, Trim } from '../../validation';

/** Body of POST /login. */
export class LoginDTO implements LoginRequest {
  /** E-mail address, user name or phone number. */
  @Trim()
  @IsLine(320)
  identifier!: string;

  @IsOpaqueText(4096)
  password!: string;

  /** How the list of sessions names this one. */
  @OptionalField()
  @Trim()
  @IsLine(255)
  deviceName?: string;

  /** Accepted for clients that always send it; not checked by this version. */
  @OptionalField()
  @IsOpaqueText(4096)
  recaptchaToken?: string;
}
