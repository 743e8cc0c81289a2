import type { AuthResponseUser, AuthenticatedResponse, AuthMethod } from '../../contracts';

/**
 * Answer of signup and login: the user and the tokens. Where tokens travel in cookies, the token fields are not
 * enumerable: code can read them, and no serialiser, whatever the host, writes them into a body (R059).
 */
export class AuthResponseDTO implements AuthenticatedResponse {
  user!: AuthResponseUser;
  accessToken?: string;
  refreshToken?: string;
  /** Unix seconds. */
  accessTokenExpiresAt?: number;
  /** Unix seconds. */
  refreshTokenExpiresAt?: number;
  authMethod!: AuthMethod;
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
