import { Inject, Injectable } from '@nestjs/common';
import { JwtService } from '@nestjs/jwt';
import { CLOCK, type Clock, randomId, toUnixSeconds } from '../common';
import { NAuthException } from '../errors';
import { ACCESS_TOKEN_TYPE, type AccessTokenClaims, keyIdOf, toClaims } from './access-token.syntax';
import { JWT_OPTIONS, type ResolvedJwtOptions } from './jwt.options';

/** A clock may be set back by this much while tokens made before live on (R151). */
const MAX_SKEW_SECONDS = 600;

export interface AccessTokenSubject {
  userId: string;
  sessionId: string;
  amr: string[];
  authTime: Date;
}

export interface IssuedAccessToken {
  token: string;
  /** Unix seconds. */
  expiresAt: number;
}

/**
 * Signs and verifies access tokens (RFC 9068, RFC 8725): one algorithm, fixed by configuration (R033), keys looked up
 * by kid in a fixed map (R034). A token that verifies says nothing of whether its session still lives.
 */
@Injectable()
export class AccessTokenService {
  // One service per key: the key comes from here, never from a call, and as a KeyObject, which is 20 to 50 times
  // faster than a text that is parsed again each time.
  private readonly signer: JwtService;
  private readonly verifiers: ReadonlyMap<string, JwtService>;
  private readonly audience: [string, ...string[]] | undefined;

  constructor(
    @Inject(JWT_OPTIONS) private readonly options: ResolvedJwtOptions,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {
    this.signer = new JwtService({ secret: options.signingKey.key });
    this.verifiers = new Map(
      options.verificationKeys.map(({ kid, key }) => [kid, new JwtService({ secret: key })]),
    );
    const [first, ...others] = options.audience ?? [];
    this.audience = first === undefined ? undefined : [first, ...others];
  }

  /** A new token that holds ids and times only (R040), and its end. */
  issue(subject: AccessTokenSubject): IssuedAccessToken {
    const { algorithm, issuer, accessTokenTtlMs, signingKey } = this.options;
    const issuedAt = toUnixSeconds(this.clock.now());
    const expiresAt = issuedAt + Math.max(1, toUnixSeconds(accessTokenTtlMs));
    const payload = {
      sub: subject.userId,
      sid: subject.sessionId,
      jti: randomId(),
      typ: 'access',
      amr: subject.amr,
      auth_time: toUnixSeconds(subject.authTime.getTime()),
      iat: issuedAt,
      exp: expiresAt,
      ...(issuer !== undefined && { iss: issuer }),
      ...(this.audience && { aud: this.audience.length === 1 ? this.audience[0] : this.audience }),
    };
    const header = { alg: algorithm, typ: ACCESS_TOKEN_TYPE, kid: signingKey.kid };
    return { token: this.signer.sign(payload, { algorithm, header }), expiresAt };
  }

  /**
   * The claims of a token that this configuration issued and that has not reached its end. Throws nothing else,
   * whatever the text is (R032).
   * @throws {NAuthException} AUTH_TOKEN_INVALID; AUTH_TOKEN_EXPIRED when its end is all that is wrong with it
   */
  verify(token: string): AccessTokenClaims {
    const now = toUnixSeconds(this.clock.now());
    const claims = toClaims(this.payload(token, now));
    if (!claims || claims.issuedAt > now + MAX_SKEW_SECONDS) throw new NAuthException('AUTH_TOKEN_INVALID');
    if (now >= claims.expiresAt) throw new NAuthException('AUTH_TOKEN_EXPIRED');
    return claims;
  }

  /** The payload behind a good signature, issuer, audience and nbf; undefined otherwise. */
  private payload(token: string, now: number): object | undefined {
    const kid = keyIdOf(token, this.options.algorithm);
    const verifier = kid === undefined ? undefined : this.verifiers.get(kid);
    if (!verifier) return undefined;
    try {
      const payload = verifier.verify<object>(token, {
        algorithms: [this.options.algorithm],
        issuer: this.options.issuer,
        audience: this.audience,
        clockTimestamp: now,
        // The library looks at exp before iss and aud: verify() does it last, so that "expired" is all there is to say.
        ignoreExpiration: true,
      });
      // A token for somebody else is not for us just because we have no name (RFC 7519, 4.1.3).
      return !this.audience && 'aud' in payload ? undefined : payload;
    } catch {
      return undefined;
    }
  }
}
