import type { RefreshRequest } from '../../contracts';
import { IsOpaqueText, OptionalField } from '../../validation';

/** Body of POST /refresh. Empty with cookie delivery. */
export class RefreshTokenDTO implements RefreshRequest {
  @OptionalField()
  @IsOpaqueText(4096)
  refreshToken?: string;
}
