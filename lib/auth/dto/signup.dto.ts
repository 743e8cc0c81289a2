import { IsOptional } from 'class-validator';
import type { SignupRequest } from '../../contracts';
import {
  IsIanaTimezone,
  IsInternationalPhone,
  IsLanguageTag,
  IsLine,
  IsMailbox,
  IsMetadata,
  IsOpaqueText,
  IsUsername,
  Trim,
} from '../validation/field-decorators';

/** Body of POST /signup. */
export class SignupDTO implements SignupRequest {
  @IsMailbox()
  email!: string;

  /** Taken as it is; the policy checks it (R001 to R007). */
  @IsOpaqueText(4096)
  password!: string;

  @IsOptional()
  @Trim()
  @IsLine(100)
  firstName?: string;

  @IsOptional()
  @Trim()
  @IsLine(100)
  lastName?: string;

  @IsOptional()
  @IsUsername()
  username?: string;

  @IsOptional()
  @IsInternationalPhone()
  phone?: string;

  /** Free for the application. The user can write it: it must never decide what somebody may do. */
  @IsOptional()
  @IsMetadata()
  metadata?: Record<string, unknown>;

  @IsOptional()
  @IsIanaTimezone()
  timezone?: string;

  @IsOptional()
  @IsLanguageTag()
  locale?: string;

  /** Accepted for clients that always send it; not checked by this version. */
  @IsOptional()
  @IsOpaqueText(4096)
  recaptchaToken?: string;
}
