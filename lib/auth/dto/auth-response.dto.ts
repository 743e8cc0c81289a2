import type {
  AuthResponseUser,
  AuthenticatedResponse,
  AuthMethod,
  ChallengeName,
  ChallengeResponse,
  MfaGracePeriod,
} from '../../contracts';

/**
 * Answer of signup, login and respondToChallenge: the user and the tokens, or the next challenge, never both. Where tokens
 * travel in cookies, the token fields are not enumerable: code can read them, and no serialiser, whatever the host, writes
 * them into a body (R059).
 */
export class AuthResponseDTO implements Partial<AuthenticatedResponse>, Partial<ChallengeResponse> {
  user?: AuthResponseUser;
  accessToken?: string;
  refreshToken?: string;
  /** Unix seconds. */
  accessTokenExpiresAt?: number;
  /** Unix seconds. */
  refreshTokenExpiresAt?: number;
  authMethod?: AuthMethod;
  /** True where the user trusts the device, and is spared the second factor there. */
  trusted?: boolean;
  /** Only of a device that has just been made; hidden like the tokens where it travels in a cookie. */
  deviceToken?: string;
  /** While the account may still sign in without the second factor that it has to set up. */
  mfaGracePeriod?: MfaGracePeriod;
  /** Present when a step is missing. */
  challengeName?: ChallengeName;
  /** Opaque, single use; goes back with the answer to the challenge. */
  session?: string;
  challengeParameters?: Record<string, unknown>;
  sub?: string;
}

/** Answer of refresh: all four fields in JSON delivery, an empty object with cookies. */
export class TokenResponseDTO {
  accessToken?: string;
  refreshToken?: string;
  /** Unix seconds. */
  accessTokenExpiresAt?: number;
  /** Unix seconds. */
  refreshTokenExpiresAt?: number;
}
