import type { ConfirmAddressRequest } from '../../contracts';
import { IsOpaqueText } from '../../validation';

/** Body of POST /profile/email/confirm and POST /profile/phone/confirm. */
export class ConfirmAddressDTO implements ConfirmAddressRequest {
  @IsOpaqueText(64)
  code!: string;
}
