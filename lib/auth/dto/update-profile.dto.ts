import { IsOptional } from 'class-validator';
import type { UpdateProfileRequest } from '../../contracts';
import {
  IsIanaTimezone,
  IsInternationalPhone,
  IsLanguageTag,
  IsLine,
  IsMailbox,
  OptionalField,
  Trim,
} from '../../validation';

/** Body of PUT /profile. A field that is left out stays, null empties it. */
export class UpdateProfileDTO implements UpdateProfileRequest {
  @IsOptional()
  @Trim()
  @IsLine(100)
  firstName?: string | null;

  @IsOptional()
  @Trim()
  @IsLine(100)
  lastName?: string | null;

  /** Another address. It takes the place of the present one when it has been proved. */
  @OptionalField()
  @IsMailbox()
  email?: string;

  /** Another number, in the same way; null for none. */
  @IsOptional()
  @IsInternationalPhone()
  phone?: string | null;

  @IsOptional()
  @IsIanaTimezone()
  timezone?: string | null;

  @IsOptional()
  @IsLanguageTag()
  locale?: string | null;
}
