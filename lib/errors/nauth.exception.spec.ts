import { describe, expect, it } from 'vitest';
import { errorStatus } from './error-status';
import { NAuthException } from './nauth.exception';

const codes = Object.keys(errorStatus) as (keyof typeof errorStatus)[];
const temporary = codes.filter((code) => [429, 503].includes(errorStatus[code]));

describe('NAuthException', () => {
  it.each(temporary)('%s says when to come back, whoever throws it (R030)', (code) => {
    const unsaid = new NAuthException(code, { details: { expiresAt: 'later' } });
    expect([unsaid.retryAfter, unsaid.details]).toEqual([1, { expiresAt: 'later', retryAfter: 1 }]);
    expect(new NAuthException(code, { retryAfter: 30 }).toBody(new Date(0)).details).toEqual({
      retryAfter: 30,
    });
  });

  it('says nothing of it with another status, unless it is told to', () => {
    for (const code of codes.filter((one) => !temporary.includes(one))) {
      expect(new NAuthException(code).details).toBeUndefined();
    }
    expect(new NAuthException('AUTH_ACCOUNT_LOCKED', { retryAfter: 5 }).retryAfter).toBe(5);
  });
});
