import type { TokenDeliveryMethod, TrustDeviceResponse } from '../../contracts';
import { IsOpaqueText } from '../../validation';

/** A device that the signed-in user trusts. */
export class TrustedDeviceDTO {
  @IsOpaqueText(128)
  deviceId!: string;
}

/** The answer to a device that is trusted from now on. In cookie delivery serialisers do not see the token. */
export class TrustDeviceResponseDTO implements TrustDeviceResponse {
  declare deviceToken?: string;

  static of(token: string, delivery: TokenDeliveryMethod): TrustDeviceResponseDTO {
    return Object.defineProperty(new TrustDeviceResponseDTO(), 'deviceToken', {
      value: token,
      enumerable: delivery === 'json',
      configurable: true,
      writable: true,
    });
  }
}
