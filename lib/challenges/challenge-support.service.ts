import { Inject, Injectable } from '@nestjs/common';
import { NAuthException } from '../errors';
import { OpenChallenges } from './open-challenges.service';

/** What a client may ask for before it answers: the code once more, data to set a factor up or to use it. */
@Injectable()
export class ChallengeSupport {
  constructor(@Inject(OpenChallenges) private readonly open: OpenChallenges) {}

  /** @throws {NAuthException} CHALLENGE_INVALID, CHALLENGE_MAX_ATTEMPTS, CHALLENGE_TYPE_MISMATCH for one without a code */
  async resend(session: string): Promise<{ destination: string }> {
    const found = await this.open.find(session);
    const resolver = this.open.resolver(found.challenge);
    if (!resolver.resend) throw new NAuthException('CHALLENGE_TYPE_MISMATCH');
    return resolver.resend(found);
  }

  /** @throws {NAuthException} CHALLENGE_INVALID, CHALLENGE_MAX_ATTEMPTS, CHALLENGE_TYPE_MISMATCH where nothing is set up */
  async setupData(
    session: string,
    method: string,
    data: Record<string, unknown> | undefined,
  ): Promise<Record<string, unknown>> {
    const found = await this.open.find(session);
    const resolver = this.open.resolver(found.challenge);
    if (!resolver.setupData) throw new NAuthException('CHALLENGE_TYPE_MISMATCH');
    return resolver.setupData(found, method, data);
  }

  /** @throws {NAuthException} CHALLENGE_INVALID, CHALLENGE_MAX_ATTEMPTS, CHALLENGE_TYPE_MISMATCH where there is none */
  async challengeData(session: string, method: string): Promise<Record<string, unknown>> {
    const found = await this.open.find(session);
    const resolver = this.open.resolver(found.challenge);
    if (!resolver.challengeData) throw new NAuthException('CHALLENGE_TYPE_MISMATCH');
    return resolver.challengeData(found, method);
  }
}
