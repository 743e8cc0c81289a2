import type { ChallengeName, ChallengeResponse } from './challenge';
import type { MfaGracePeriod } from './mfa';
import type { AuthMethod, AuthResponseUser } from './user';

/** Token fields. In cookie delivery they leave the body and become cookies. Times are Unix seconds. */
export interface TokenFields {
  accessToken: string;
  refreshToken: string;
  accessTokenExpiresAt: number;
  refreshTokenExpiresAt: number;
}

export interface AuthenticatedResponse extends Partial<TokenFields> {
  user: AuthResponseUser;
  authMethod: AuthMethod;
  trusted?: boolean;
  /** Of a device that has just been made, in JSON delivery: to be kept and sent as X-Device-Token at every sign-in. */
  deviceToken?: string;
  mfaGracePeriod?: MfaGracePeriod;
}

/** Either tokens (with the user) or the next challenge, never both. */
export type AuthResponse = AuthenticatedResponse | ChallengeResponse;

export interface LogoutResponse {
  success: true;
}

export interface LogoutAllResponse {
  message: string;
  revokedCount: number;
}

export interface LogoutSessionResponse {
  success: true;
  wasCurrentSession: boolean;
}

export type { ChallengeName };
