import { Inject, Injectable } from '@nestjs/common';
import type { PasswordReason } from '../../contracts';
import { PASSWORD_OPTIONS, type ResolvedPasswordPolicy } from '../password.options';
import { CommonPasswords } from './common-passwords';
import { foldPassword } from './fold-password';
import type { PasswordOwner } from './password-owner';
import { passwordRules } from './password-rules';

/** A rule that a password breaks, for programs and for people. */
export interface PasswordProblem {
  reason: PasswordReason;
  message: string;
}

/** The rules that need nothing but the password and its owner (R001 to R003). */
@Injectable()
export class PasswordPolicy {
  private readonly common = new CommonPasswords();

  constructor(@Inject(PASSWORD_OPTIONS) private readonly policy: ResolvedPasswordPolicy) {}

  /**
   * The rules that the password breaks, none when it may be used.
   * @param typed as the user gave it
   * @param prepared the same in the form that is hashed (`PasswordService.prepare`)
   */
  problems(typed: string, prepared: string, owner: PasswordOwner): PasswordProblem[] {
    // Both forms count: one ligature is up to 18 letters in NFKC, and a letter with its accent may become one.
    const length = Math.min(Array.from(typed).length, Array.from(prepared).length);
    const candidate = { text: prepared, folded: foldPassword(prepared), length, owner };
    return passwordRules
      .filter((rule) => rule.isOn(this.policy) && rule.isBroken(candidate, this.policy, this.common))
      .map((rule) => ({ reason: rule.reason, message: rule.message(this.policy) }));
  }
}
