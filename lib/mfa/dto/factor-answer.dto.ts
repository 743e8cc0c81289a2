import { IsJsonObject, IsOpaqueText, OptionalField } from '../../validation';

/** With what a second factor is shown, whichever it is. */
export class FactorAnswerDTO {
  @OptionalField()
  @IsOpaqueText(64)
  code?: string;

  /** Which of several. */
  @OptionalField()
  @IsOpaqueText(128)
  deviceId?: string;

  /** A WebAuthn credential as the browser gives it. */
  @OptionalField()
  @IsJsonObject()
  credential?: Record<string, unknown>;
}
