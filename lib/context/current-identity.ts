import { Inject, Injectable } from '@nestjs/common';
import { ContextStorage } from './context-storage';
import { NAuthException } from '../errors';
import type { Identity } from './request-state';

export type AuthenticatedIdentity = Extract<Identity, { status: 'authenticated' }>;

/** Who is signed in, for services. It comes from the request in hand and never from an argument (pitfall: IDOR). */
@Injectable()
export class CurrentIdentity {
  constructor(@Inject(ContextStorage) private readonly context: ContextStorage) {}

  /**
   * @throws {NAuthException} AUTH_TOKEN_MISSING without credentials or outside of a request, the code of the refusal
   * for credentials that were refused
   */
  require(): AuthenticatedIdentity {
    const identity = this.context.current()?.identity;
    if (identity?.status === 'authenticated') return identity;
    if (identity?.status === 'rejected') throw identity.error;
    throw new NAuthException('AUTH_TOKEN_MISSING');
  }
}
