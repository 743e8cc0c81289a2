/** A rule of the password policy, as `details.reasons` names it. */
export type PasswordReason =
  | 'TOO_SHORT'
  | 'UPPERCASE_MISSING'
  | 'LOWERCASE_MISSING'
  | 'NUMBER_MISSING'
  | 'SPECIAL_CHARACTER_MISSING'
  | 'COMMON'
  | 'USER_INFO'
  | 'BREACHED';
