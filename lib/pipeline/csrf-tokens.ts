import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { constantTimeEqual, deriveKey, randomToken } from '../common';
import { JWT_OPTIONS, type ResolvedJwtOptions } from '../tokens';

/**
 * Signed double-submit tokens: a random value and its MAC under the server's key and the session's id (R061). Worth
 * nothing for another session, and not to be made without the key.
 */
@Injectable()
export class CsrfTokens {
  private readonly keys: readonly Buffer[];

  constructor(@Inject(JWT_OPTIONS) options: ResolvedJwtOptions) {
    this.keys = options.refreshToken.secrets.map((secret) => deriveKey(secret, 'csrf token'));
  }

  issue(sessionId: string): string {
    const nonce = randomToken(16);
    return `${nonce}.${this.mac(this.keys[0], sessionId, nonce)}`;
  }

  /** True for a token that was issued for this session, under the live secret or a previous one. */
  belongsTo(token: string, sessionId: string): boolean {
    const [nonce, mac, ...rest] = token.split('.');
    if (!nonce || !mac || rest.length > 0 || token.length > 256) return false;
    return this.keys.map((key) => constantTimeEqual(mac, this.mac(key, sessionId, nonce))).includes(true);
  }

  private mac(key: Buffer | undefined, sessionId: string, nonce: string): string {
    if (!key) throw new Error('no refresh-token secret is configured');
    return createHmac('sha256', key).update(`${sessionId}\n${nonce}`).digest('base64url');
  }
}
