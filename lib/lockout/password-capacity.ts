import type { NAuthException } from '../errors';

/** Room for password checks. They are what a login costs, and there is never room for a flood of them. */
export interface PasswordCapacity {
  /**
   * The refusal that a client which the account does not know would get now, before anything is done for it; undefined
   * while there is room.
   */
  refusalOfStrangers(): NAuthException | undefined;
}

/** Token of the PasswordCapacity. */
export const PASSWORD_CAPACITY = Symbol('nauth.passwordCapacity');
