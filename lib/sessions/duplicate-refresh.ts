import { NAuthException } from '../errors';

/**
 * A refresh that was already on its way when its token was spent: a double click, or two tabs. It is refused without
 * harm, and what the other request has set at the client stays.
 */
export class DuplicateRefresh extends NAuthException {
  constructor() {
    super('AUTH_TOKEN_INVALID');
  }
}
