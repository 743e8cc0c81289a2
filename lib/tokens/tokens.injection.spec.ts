import { randomBytes } from 'node:crypto';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from 'vitest';
import { CLOCK, systemClock } from '../common';
import { AccessTokenService } from './access-token.service';
import { loadJwtKeys } from './jwt-keys';
import { JWT_OPTIONS, type ResolvedJwtOptions } from './jwt.options';
import { RefreshTokenCodec } from './refresh-token.codec';

describe('services of tokens', () => {
  it('are made by Nest from JWT_OPTIONS and CLOCK', async () => {
    const secret = randomBytes(32).toString('base64');
    const { keys } = loadJwtKeys({ accessToken: { secret }, refreshToken: { secret } });
    if (!keys) throw new Error('no keys');
    const options: ResolvedJwtOptions = {
      algorithm: 'HS256',
      issuer: undefined,
      audience: undefined,
      accessTokenTtlMs: 60_000,
      ...keys,
      refreshToken: { secrets: [secret], ttlMs: 1000, reuseDetection: true, graceMs: 0 },
    };
    const module = await Test.createTestingModule({
      providers: [
        { provide: JWT_OPTIONS, useValue: options },
        { provide: CLOCK, useValue: systemClock },
        AccessTokenService,
        RefreshTokenCodec,
      ],
    }).compile();
    const service = module.get(AccessTokenService);
    const { token } = service.issue({ userId: 'u', sessionId: 's', amr: ['pwd'], authTime: new Date() });
    expect(service.verify(token)).toMatchObject({ sub: 'u', sid: 's' });
    expect(module.get(RefreshTokenCodec).decode(token)).toBeUndefined();
  });
});
