import { createHmac } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { constantTimeEqual, deriveKey } from '../common';
import { JWT_OPTIONS, type ResolvedJwtOptions } from './jwt.options';

const VERSION = 1;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
/** 21 bytes and 32 bytes as canonical base64url; 43 characters hold two bits more than 32 bytes, which are zero. */
const TOKEN = /^[A-Za-z0-9_-]{28}\.[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/;

/** Which refresh token of which session. */
export interface RefreshTokenId {
  /** UUID. */
  sessionId: string;
  /** 0 to 2^32 - 1. */
  generation: number;
}

export interface RefreshTokenSource extends RefreshTokenId {
  /** The session's own random salt. */
  salt: string;
}

/**
 * The text of refresh tokens: version, session id and generation, then HMAC-SHA-256 over them and the session's salt
 * under a key of the server. Nothing that is stored gives a token away (R051), and the same token can be written again
 * for a client that never got it (R048, R049).
 *
 * `base64url(01 | session id, 16 bytes | generation, 4 bytes, big endian) . base64url(MAC)`, 72 characters.
 */
@Injectable()
export class RefreshTokenCodec {
  private readonly keys: readonly Buffer[];
  private readonly currentKey: Buffer;

  constructor(@Inject(JWT_OPTIONS) options: Pick<ResolvedJwtOptions, 'refreshToken'>) {
    this.keys = options.refreshToken.secrets.map((secret) => deriveKey(secret, 'nauth refresh token'));
    const [current] = this.keys;
    if (!current) throw new Error('There is no refresh-token secret.');
    this.currentKey = current;
  }

  /** The one token of this generation under the current secret. */
  encode(source: RefreshTokenSource): string {
    return text(source, this.currentKey);
  }

  /** What a token names, by its form alone: undefined when it has none. Says nothing of the MAC. */
  decode(token: string): RefreshTokenId | undefined {
    if (typeof token !== 'string' || token.length !== 72 || !TOKEN.test(token)) return undefined;
    const bytes = Buffer.from(token.slice(0, 28), 'base64url');
    if (bytes.readUInt8(0) !== VERSION) return undefined;
    const hex = bytes.toString('hex', 1, 17);
    const sessionId = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    return { sessionId, generation: bytes.readUInt32BE(17) };
  }

  /** Whether the text is this generation's token, under the current secret or a previous one. In constant time. */
  matches(token: string, source: RefreshTokenSource): boolean {
    if (this.decode(token) === undefined) return false;
    let equal = false;
    for (const key of this.keys) {
      // Always every key: the time tells neither which one fits nor whether one does.
      const same = constantTimeEqual(token, text(source, key));
      equal = same || equal;
    }
    return equal;
  }
}

function text({ sessionId, generation, salt }: RefreshTokenSource, key: Buffer): string {
  if (!UUID.test(sessionId)) throw new TypeError('A session id must be a UUID.');
  const payload = Buffer.alloc(21);
  payload.writeUInt8(VERSION, 0);
  payload.write(sessionId.replaceAll('-', ''), 1, 'hex');
  payload.writeUInt32BE(generation, 17);
  const mac = createHmac('sha256', key).update(payload).update(salt, 'utf8').digest();
  return `${payload.toString('base64url')}.${mac.toString('base64url')}`;
}
