/** Why a passkey was not taken; for the audit trail, not for the client. */
export type PasskeyRefusalReason =
  | 'passkey_malformed'
  | 'passkey_no_ceremony'
  | 'passkey_unknown'
  | 'passkey_foreign'
  | 'passkey_known'
  | 'passkey_attested'
  | 'passkey_framed'
  | 'passkey_not_verified'
  | 'passkey_signature'
  | 'passkey_flags'
  | 'passkey_counter'
  | 'account_inactive';

export interface PasskeyRefusalOptions extends ErrorOptions {
  /** Whose passkey it is, where that is known. */
  userId?: string;
}

/** A passkey was not taken. What that means to the client is for the caller to say. */
export class PasskeyRefusal extends Error {
  readonly userId: string | undefined;

  constructor(
    readonly reason: PasskeyRefusalReason,
    { userId, ...options }: PasskeyRefusalOptions = {},
  ) {
    super(reason, options);
    this.name = 'PasskeyRefusal';
    this.userId = userId;
  }
}
