import { IsOptional } from 'class-validator';
import type { RefreshRequest } from '../../contracts';
import { IsOpaqueText } from '../validation/field-decorators';

/** Body of POST /refresh. Empty with cookie delivery. */
export class RefreshTokenDTO implements RefreshRequest {
  @IsOptional()
  @IsOpaqueText(4096)
  refreshToken?: string;
}
