import type { ChallengeAnswer } from '../challenges';
import type { MfaMethodName } from '../contracts';
import type { User } from '../users';
import type { MfaDevice } from './mfa-device';

/** Who sets a factor up, and in which session or challenge. */
export interface MfaSetupContext {
  user: User;
  /** What the set-up is bound to: `session:ID` or `challenge:ID`. */
  binding: string;
}

/** A factor that has been proved: what is stored of it, and what goes with it. */
export interface ProvedFactor {
  device: Pick<MfaDevice, 'id' | 'slot' | 'name' | 'secret' | 'target'>;
  /** Authentication methods references of it (RFC 8176), without `mfa`. */
  amr: readonly string[];
  /** Part of the unit of work that stores the factor, before it is stored. Throws when what was proved is no longer so. */
  claim?(): Promise<void>;
  /** Part of the same unit, after it is stored: for a table of the method's own. */
  store?(): Promise<void>;
}

/** Who shows a factor, and of which challenge or step-up it is a part. */
export interface MfaUseContext {
  user: User;
  /** Names what the answer belongs to: `challenge:ID` or `session:ID`. */
  binding: string;
  /** The account's active factors of this method, oldest first; only the named one where the client named one. */
  devices: readonly MfaDevice[];
}

/** A factor that has been shown. */
export interface ShownFactor {
  /** The factor; null for a backup code. */
  device: MfaDevice | null;
  amr: readonly string[];
  /** Part of the unit of work that finishes: uses the code up. Throws when somebody else has. */
  claim(): Promise<void>;
}

/**
 * One kind of second factor: one folder below lib/mfa each. Methods register themselves with the MfaMethodRegistry when
 * they are made. They know nothing of policy, limits, notices and the audit trail.
 */
export interface MfaMethod {
  readonly name: MfaMethodName;
  /** As mails and lists name it, such as 'authenticator app'. */
  readonly label: string;
  /** Whether the configuration has what the method needs. */
  isConfigured(): boolean;
  /** Whether the account could set it up now. */
  canSetUp(user: User): boolean;
  /**
   * Begins a set-up: data for the client. What the proof will be checked against stays with the server (R085).
   *
   * @throws {NAuthException} VALIDATION_*, RATE_LIMIT_*, SERVICE_UNAVAILABLE
   */
  setupData(context: MfaSetupContext, input: Record<string, unknown>): Promise<Record<string, unknown>>;
  /**
   * Checks the proof of a set-up, outside of any unit of work.
   *
   * @throws {NAuthException} RESOURCE_NOT_FOUND when none was begun here, VERIFY_CODE_*, VALIDATION_FAILED
   */
  verifySetup(context: MfaSetupContext, input: Record<string, unknown>): Promise<ProvedFactor>;
  /**
   * What a client needs to show the factor; sends the code of methods that send one.
   *
   * @throws {NAuthException} RATE_LIMIT_*, SERVICE_UNAVAILABLE
   */
  challengeData(context: MfaUseContext): Promise<Record<string, unknown>>;
  /**
   * Looks at an answer, outside of any unit of work.
   *
   * @throws {NAuthException} VERIFY_CODE_* or VALIDATION_FAILED for a wrong one, SERVICE_UNAVAILABLE
   */
  verify(context: MfaUseContext, answer: ChallengeAnswer): Promise<ShownFactor>;
  /** Masked places that codes go to, for the parameters of a challenge (R090). */
  hint?(devices: readonly MfaDevice[]): Record<string, unknown>;
  /** Sends the code again: where to, masked. */
  resend?(context: MfaUseContext): Promise<{ destination: string }>;
  /**
   * Asks whether a code may be sent, before the unit of work that opens a challenge; what it answers sends it as a part of
   * that unit. For methods that send one.
   *
   * @throws {NAuthException} RATE_LIMIT_*
   */
  prepareCode?(context: Omit<MfaUseContext, 'binding'>): Promise<(binding: string) => Promise<string>>;
  /**
   * False where the factor would be the channel that has just been used as the first factor, or over which the account was
   * recovered: that is not a second one (R086).
   */
  isIndependentOf?(amr: readonly string[], user: User): boolean;
}
