import { Inject, Injectable } from '@nestjs/common';
import { ChallengeService, ChallengeSupport } from '../../challenges';
import type { ChallengeDataResponse, ResendCodeResponse, SetupDataResponse } from '../../contracts';
import { toSignInResponse } from '../auth-response.factory';
import {
  type AuthResponseDTO,
  ChallengeDataDTO,
  RespondToChallengeDTO,
  ResendCodeDTO,
  SetupDataDTO,
} from '../dto';
import { validateDto } from '../../validation';

/** Answers to challenges, and what a client needs to give one. */
@Injectable()
export class RespondToChallengeUseCase {
  constructor(
    @Inject(ChallengeService) private readonly challenges: ChallengeService,
    @Inject(ChallengeSupport) private readonly support: ChallengeSupport,
  ) {}

  /**
   * @throws {NAuthException} VALIDATION_FAILED, CHALLENGE_INVALID, CHALLENGE_TYPE_MISMATCH, CHALLENGE_MAX_ATTEMPTS,
   * SERVICE_UNAVAILABLE, and the challenge's own word for a wrong answer
   */
  async execute(body: unknown): Promise<AuthResponseDTO> {
    const { session, type, ...answer } = validateDto(RespondToChallengeDTO, body);
    return toSignInResponse(await this.challenges.respond({ session, type, answer }));
  }

  /** @throws {NAuthException} VALIDATION_FAILED, CHALLENGE_INVALID, RATE_LIMIT_*, SERVICE_UNAVAILABLE */
  resend(body: unknown): Promise<ResendCodeResponse> {
    const { session } = validateDto(ResendCodeDTO, body);
    return this.support.resend(session);
  }

  /** @throws {NAuthException} VALIDATION_FAILED, CHALLENGE_INVALID, CHALLENGE_TYPE_MISMATCH, SERVICE_UNAVAILABLE */
  async setupData(body: unknown): Promise<SetupDataResponse> {
    const { session, method, setupData } = validateDto(SetupDataDTO, body);
    return { setupData: await this.support.setupData(session, method, setupData) };
  }

  /** @throws {NAuthException} VALIDATION_FAILED, CHALLENGE_INVALID, CHALLENGE_TYPE_MISMATCH, SERVICE_UNAVAILABLE */
  async challengeData(body: unknown): Promise<ChallengeDataResponse> {
    const { session, method } = validateDto(ChallengeDataDTO, body);
    return { challengeData: await this.support.challengeData(session, method) };
  }
}
