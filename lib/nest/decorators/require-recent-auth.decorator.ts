import { applyDecorators, SetMetadata, UseGuards } from '@nestjs/common';
import type { Duration } from '../../common';
import { recentAuthAge } from '../../mfa';
import { RecentAuthGuard } from '../guards/recent-auth.guard';
import { RECENT_AUTH_MAX_AGE } from './recent-auth-max-age';

/**
 * The route, or a whole controller, is for users who have proved of late who they are, with a second factor where the
 * account has one. Others get AUTH_STEP_UP_REQUIRED, whose details say what POST /step-up takes.
 *
 * @param maxAge how long ago that may be: '5m', or seconds. Default '15m'
 * @throws {TypeError} at once, for what is no duration
 */
export function RequireRecentAuth(maxAge: Duration = '15m'): MethodDecorator & ClassDecorator {
  const maxAgeMs = recentAuthAge(maxAge, 'RequireRecentAuth');
  return applyDecorators(SetMetadata(RECENT_AUTH_MAX_AGE, maxAgeMs), UseGuards(RecentAuthGuard));
}
