import { Inject, Injectable } from '@nestjs/common';
import { toUnixSeconds } from '../common';
import type { IssuedTokens } from '../context';
import { AccessTokenService, RefreshTokenCodec } from '../tokens';
import type { Session } from './session';

/** Makes the pair of tokens that stands for a session in its present generation. */
@Injectable()
export class SessionTokens {
  constructor(
    @Inject(AccessTokenService) private readonly accessTokens: AccessTokenService,
    @Inject(RefreshTokenCodec) private readonly refreshTokens: RefreshTokenCodec,
  ) {}

  /** A new access token, and the refresh token of the live generation: the same text however often it is asked for. */
  issue(session: Session): IssuedTokens {
    const access = this.accessTokens.issue({
      userId: session.userId,
      sessionId: session.id,
      amr: session.amr,
      authTime: session.authTime,
    });
    return {
      accessToken: access.token,
      refreshToken: this.refreshTokens.encode({
        sessionId: session.id,
        generation: session.generation,
        salt: session.refreshSalt,
      }),
      accessTokenExpiresAt: access.expiresAt,
      refreshTokenExpiresAt: toUnixSeconds(session.refreshExpiresAt.getTime()),
      sessionId: session.id,
      delivery: session.delivery,
    };
  }
}
