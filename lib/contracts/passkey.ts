/** Body of POST /passkey/login/options. */
export interface PasskeyLoginOptionsRequest {
  /** Left out: any passkey that the browser offers. Given: those of this account. */
  identifier?: string;
}

/** What navigator.credentials.get() is to be called with, in JSON. */
export interface PasskeyRequestOptions {
  challenge: string;
  rpId?: string;
  timeout?: number;
  userVerification?: 'required' | 'preferred' | 'discouraged';
  /** Empty: whichever passkey the browser finds. */
  allowCredentials?: { id: string; type: string }[];
}

/** Answer of POST /passkey/login/options. */
export interface PasskeyLoginOptionsResponse {
  /** Opaque, good for one try within five minutes; goes back with the credential. */
  session: string;
  options: PasskeyRequestOptions;
}

/** Body of POST /passkey/login/verify. */
export interface PasskeyLoginRequest {
  session: string;
  /** What navigator.credentials.get() answered, in JSON. */
  credential: Record<string, unknown>;
  deviceName?: string;
}
