import { IsIn } from 'class-validator';
import { IsOpaqueText, OptionalField } from '../../validation';

const FLAG = [true, false, 'true', 'false'];

/** Body or query of POST /logout. */
export class LogoutDTO {
  /** Also forget the device of the session. A query has it as text. */
  @OptionalField()
  @IsIn(FLAG, { message: 'forgetMe must be true or false' })
  forgetMe?: boolean | 'true' | 'false';
}

/** Body of POST /logout/all. */
export class LogoutAllDTO {
  /** Also forget every device of the user. */
  @OptionalField()
  @IsIn([true, false], { message: 'forgetDevices must be true or false' })
  forgetDevices?: boolean;
}

/** Parameters of DELETE /sessions/:sessionId. */
export class LogoutSessionDTO {
  @IsOpaqueText(128)
  sessionId!: string;
}
