/** A credential that an authenticator made for an account. The device of the same id says how its owner calls it. */
export interface Passkey {
  /** Id of the factor that it is (MfaDevice). */
  deviceId: string;
  userId: string;
  /** Base64url. At most 1023 bytes (R098). */
  credentialId: string;
  /** COSE key, base64url. */
  publicKey: string;
  /** Signatures that the authenticator says to have made; 0 for those that do not count. */
  counter: number;
  /** How browsers reach the authenticator: 'usb', 'internal', 'hybrid', ... */
  transports: readonly string[];
  /** Model of the authenticator; zeros where it does not say. */
  aaguid: string;
  /** Whether the credential may be copied to other devices of its owner. Never changes (R100). */
  backupEligible: boolean;
  /** Whether it has been. */
  backedUp: boolean;
  createdAt: Date;
}

/** What an accepted assertion says about its credential from now on. */
export interface PasskeyUse {
  counter: number;
  backedUp: boolean;
}
