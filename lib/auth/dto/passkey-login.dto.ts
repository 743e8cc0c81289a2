import type { PasskeyLoginOptionsRequest, PasskeyLoginRequest } from '../../contracts';
import { IsJsonObject, IsLine, IsOpaqueText, OptionalField, Trim } from '../../validation';

/** Body of POST /passkey/login/options. */
export class PasskeyLoginOptionsDTO implements PasskeyLoginOptionsRequest {
  /** E-mail address, user name or phone number. */
  @OptionalField()
  @Trim()
  @IsLine(320)
  identifier?: string;
}

/** Body of POST /passkey/login/verify. */
export class PasskeyLoginDTO implements PasskeyLoginRequest {
  /** What the options came with. */
  @IsOpaqueText(256)
  session!: string;

  /** A WebAuthn credential as the browser gives it. */
  @IsJsonObject()
  credential!: Record<string, unknown>;

  /** How the list of sessions names this one. */
  @OptionalField()
  @Trim()
  @IsLine(255)
  deviceName?: string;
}
