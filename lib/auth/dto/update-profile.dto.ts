import { IsOptional } from 'class-validator';
import type { UpdateProfileRequest } from '../../contracts';
import { IsIanaTimezone, IsLanguageTag, IsLine, Trim } from '../validation/field-decorators';

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

  @IsOptional()
  @IsIanaTimezone()
  timezone?: string | null;

  @IsOptional()
  @IsLanguageTag()
  locale?: string | null;
}
