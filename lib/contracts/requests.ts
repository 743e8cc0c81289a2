export interface SignupRequest {
  email: string;
  password: string;
  firstName?: string;
  lastName?: string;
  username?: string;
  /** E.164 after normalisation. */
  phone?: string;
  metadata?: Record<string, unknown>;
  /** IANA name, for example Europe/Zurich. */
  timezone?: string;
  /** BCP 47 tag, for example de-CH. */
  locale?: string;
  recaptchaToken?: string;
}

export interface LoginRequest {
  /** E-mail address, user name or phone number, as `login.identifierType` allows. */
  identifier: string;
  password: string;
  deviceName?: string;
  recaptchaToken?: string;
}

export interface RefreshRequest {
  /** Left out with cookie delivery. */
  refreshToken?: string;
}

export interface LogoutRequest {
  forgetMe?: boolean;
}

export interface LogoutAllRequest {
  forgetDevices?: boolean;
}

export interface UpdateProfileRequest {
  firstName?: string | null;
  lastName?: string | null;
  /** Has to be proved before it takes the place of the present one. */
  email?: string;
  /** E.164 after normalisation; has to be proved, too. Null for none. */
  phone?: string | null;
  timezone?: string | null;
  locale?: string | null;
}

/** How tokens reach the client. */
export type TokenDeliveryMethod = 'json' | 'cookies';

export interface ConfirmAddressRequest {
  /** The code that was sent to the new address, or the long one of the link. */
  code: string;
}
