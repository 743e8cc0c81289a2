import { IsOptional } from 'class-validator';
import type { LoginRequest } from '../../contracts';
import { IsLine, IsOpaqueText, Trim } from '../validation/field-decorators';

/** Body of POST /login. */
export class LoginDTO implements LoginRequest {
  /** E-mail address, user name or phone number. */
  @Trim()
  @IsLine(320)
  identifier!: string;

  @IsOpaqueText(4096)
  password!: string;

  /** How the list of sessions names this one. */
  @IsOptional()
  @Trim()
  @IsLine(255)
  deviceName?: string;

  /** Accepted for clients that always send it; not checked by this version. */
  @IsOptional()
  @IsOpaqueText(4096)
  recaptchaToken?: string;
}
