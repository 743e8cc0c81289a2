import type { ChallengeName, TokenDeliveryMethod } from '../contracts';
import type { StoredSignIn } from './sign-in';

/** One step between accepted credentials and tokens, open until it is answered, spent or expired. */
export interface ChallengeSession {
  id: string;
  /** Digest of the text that the client holds (R069). */
  tokenHash: string;
  /** Whose sign-in it is. Null for a decoy, which looks like any other and cannot be answered (R015). */
  userId: string | null;
  name: ChallengeName;
  /** What its answers are counted by, over all challenges of the same: an account, or what a decoy stands for (R077). */
  attemptsSubject: string;
  /** How the client that began it gets its tokens; no other may go on with it (R070). */
  delivery: TokenDeliveryMethod;
  /** Of the account when the challenge was made; when it has grown since, the challenge is void (R076). */
  securityVersion: number;
  signIn: StoredSignIn;
  /** What the resolver needs to remember. No secrets in clear: it is stored as JSON. */
  state: Readonly<Record<string, unknown>>;
  attempts: number;
  maxAttempts: number;
  createdAt: Date;
  expiresAt: Date;
  completedAt: Date | null;
}
