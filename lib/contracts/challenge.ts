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
