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
  OptionalField,
  Trim,
} from '../../validation';

/** Body of POST /signup. */
export class SignupDTO implements SignupRequest {
  @IsMailbox()
  email!: string;

  /** Taken as it is; the policy checks it (R001 to R007). */
  @IsOpaqueText(4096)
  password!: string;

  @OptionalField()
  @Trim()
  @IsLine(100)
  firstName?: string;

  @OptionalField()
  @Trim()
  @IsLine(100)
  lastName?: string;

  @OptionalField()
  @IsUsername()
  username?: string;

  @OptionalField()
  @IsInternationalPhone()
  phone?: string;

  /** Free for the application. The user can write it: it must never decide what somebody may do. */
  @OptionalField()
  @IsMetadata()
  metadata?: Record<string, unknown>;

  @OptionalField()
  @IsIanaTimezone()
  timezone?: string;

  @OptionalField()
  @IsLanguageTag()
  locale?: string;

  /** Accepted for clients that always send it; not checked by this version. */
  @OptionalField()
  @IsOpaqueText(4096)
  recaptchaToken?: string;
}
