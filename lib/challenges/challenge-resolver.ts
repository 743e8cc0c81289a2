import type { ChallengeName } from '../contracts';
import type { ChallengeSession } from './challenge-session';
import type { SignIn } from './sign-in';

/** What a client says to a challenge, beside its session and type. Every field is still as the client wrote it. */
export interface ChallengeAnswer {
  code?: string;
  phone?: string;
  newPassword?: string;
  method?: string;
  deviceId?: string;
  credential?: Record<string, unknown>;
  setupData?: Record<string, unknown>;
}

/** A challenge as its client gets to see it. */
export interface OpenedChallenge {
  challengeParameters: Record<string, unknown>;
  /** What the resolver wants to remember (see ChallengeSession.state). */
  state?: Record<string, unknown>;
}

/** A right answer: what it changes, and what it adds to the proof. */
export interface AcceptedAnswer {
  /** Authentication methods references that the answer adds (RFC 8176). */
  amr?: readonly string[];
  /** True when `apply` raises the security version of the account by one, as a new password does. */
  raisesSecurityVersion?: boolean;
  /** What the sign-in goes on with in place of what it had. */
  signIn?: Pick<SignIn, 'phone' | 'claim'>;
  /** True when the same challenge follows: the answer was only a part of what it wants. */
  isPart?: boolean;
  /**
   * Part of the unit of work that finishes the challenge, after the challenge has been claimed. Throws when what was
   * checked is no longer so; the challenge stays open then.
   */
  apply?(): Promise<void>;
}

/** A challenge that is ready to be opened. */
export interface PreparedChallenge {
  /** As ChallengeResolver.open. */
  open(signIn: SignIn, challengeId: string): Promise<OpenedChallenge>;
}

/** An open challenge in the hands of its resolver. */
export interface ChallengeInHand {
  challenge: ChallengeSession;
  /** Null for a decoy: the resolver does the same work and refuses (R015). */
  signIn: SignIn | null;
}

/**
 * Knows one kind of challenge. Resolvers register themselves with the ChallengeRegistry; whether, when and in which order
 * they are asked is not theirs to say.
 */
export interface ChallengeResolver {
  readonly name: ChallengeName;
  /** Whether the challenge stands between this sign-in and its tokens, by what is stored now (R076). */
  isRequired(signIn: SignIn): Promise<boolean>;
  /**
   * Does what comes before `open` and must not be part of a unit of work, such as asking whether a code may be sent
   * (R028). Called when the challenge is likely to be the next one; if it is, the result is opened in place of `open`.
   *
   * @throws {NAuthException} when the sign-in cannot go on
   */
  prepare?(signIn: SignIn): Promise<PreparedChallenge>;
  /**
   * Makes the challenge: parameters for the client, codes for the user. Inside the unit of work that stores it, before
   * it is stored; messages go out after the unit is committed.
   */
  open(signIn: SignIn, challengeId: string): Promise<OpenedChallenge>;
  /**
   * Looks at an answer, outside of any unit of work: the place for slow checks.
   *
   * @throws {NAuthException} below 500: a wrong answer, which costs an attempt; anything else gives it back
   */
  check(inHand: ChallengeInHand, answer: ChallengeAnswer): Promise<AcceptedAnswer>;
  /** Sends the code again; where it goes, masked (R078). */
  resend?(inHand: ChallengeInHand): Promise<{ destination: string }>;
  /** Data with which a client sets a factor up. */
  setupData?(
    inHand: ChallengeInHand,
    method: string,
    setupData: Record<string, unknown> | undefined,
  ): Promise<Record<string, unknown>>;
  /** Data with which a client answers by the given method. */
  challengeData?(inHand: ChallengeInHand, method: string): Promise<Record<string, unknown>>;
}
