/** The steps that can stand between accepted credentials and tokens, in the order in which they are asked. */
export type ChallengeName =
  'FORCE_CHANGE_PASSWORD' | 'VERIFY_EMAIL' | 'VERIFY_PHONE' | 'MFA_SETUP_REQUIRED' | 'MFA_REQUIRED';

export interface ChallengeResponse {
  challengeName: ChallengeName;
  /** Opaque, single use; goes back with the answer. */
  session: string;
  challengeParameters: Record<string, unknown>;
  sub?: string;
}

/** Body of POST /respond-challenge; the challenge says which fields it wants. */
export interface RespondToChallengeRequest {
  session: string;
  /** The `challengeName` that is answered. */
  type: string;
  code?: string;
  /** E.164 after normalisation. */
  phone?: string;
  newPassword?: string;
  method?: string;
  deviceId?: string;
  credential?: Record<string, unknown>;
  setupData?: Record<string, unknown>;
}

export interface ResendCodeRequest {
  session: string;
}

export interface ResendCodeResponse {
  /** Where the code went, masked. */
  destination: string;
}

export interface ChallengeDataRequest {
  session: string;
  method: string;
}

export interface ChallengeDataResponse {
  challengeData: Record<string, unknown>;
}

export interface SetupDataRequest extends ChallengeDataRequest {
  setupData?: Record<string, unknown>;
}

export interface SetupDataResponse {
  setupData: Record<string, unknown>;
}
