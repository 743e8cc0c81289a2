import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import type { TokenDeliveryMethod } from '../../contracts';

export const TOKEN_DELIVERY = 'nauth:tokenDelivery';

/** How tokens that this route issues travel, with `tokenDelivery.method: 'hybrid'`. Wins over the origin. */
export const TokenDelivery = (method: TokenDeliveryMethod): CustomDecorator =>
  SetMetadata(TOKEN_DELIVERY, method);
