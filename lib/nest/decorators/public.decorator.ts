import { SetMetadata, type CustomDecorator } from '@nestjs/common';

export const IS_PUBLIC = 'nauth:isPublic';

/** Opens a route, or a whole controller, to requests without a user. Credentials are still looked at. */
export const Public = (): CustomDecorator => SetMetadata(IS_PUBLIC, true);
