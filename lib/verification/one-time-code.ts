/** What a code is for. A code of one purpose says nothing for another (R035, R077 of other systems' defects). */
export type CodePurpose =
  | 'verify-email'
  | 'verify-phone'
  | 'change-email'
  | 'change-phone'
  | 'mfa-email'
  | 'mfa-sms'
  | 'mfa-setup-email'
  | 'mfa-setup-sms'
  | 'password-reset'
  | 'admin-password-reset';

/**
 * The one live code of a subject for a purpose: address and digests stand in one row, so that a code can only ever prove
 * the address that it was sent to (R123).
 */
export interface OneTimeCode {
  purpose: CodePurpose;
  /** The account, or what a decoy stands for. */
  subject: string;
  /** Null for a decoy. */
  userId: string | null;
  /** Address or number that the code was sent to, canonical. */
  target: string;
  codeHash: string;
  /** Of the long form that travels in a link. */
  linkHash: string;
  attempts: number;
  maxAttempts: number;
  sentAt: Date;
  expiresAt: Date;
  usedAt: Date | null;
}

/** Who the code is for and what it may do. */
export interface CodeRequest {
  purpose: CodePurpose;
  subject: string;
  userId: string | null;
  target: string;
  codeLength: number;
  expiresInMs: number;
  maxAttempts: number;
  /** No second code within this time, for the same target. */
  resendDelayMs: number;
  /**
   * What a second code does to a live one: takes over its end and its count (R078), or starts a life of its own. The
   * earlier code is dead either way. One without tries left is not continued: nobody is sent a code that is refused
   * already. What holds the sum of tries over all codes is counted for the account (R028).
   */
  renewal: 'same-life' | 'new-life';
}

export interface IssuedCode {
  /** Digits. */
  code: string;
  /** The same in a form for links that cannot be guessed. */
  linkCode: string;
  expiresAt: Date;
}

/** A right code: what it proved, and what `consume` needs. */
export interface ProvedCode {
  purpose: CodePurpose;
  subject: string;
  target: string;
  codeHash: string;
}
