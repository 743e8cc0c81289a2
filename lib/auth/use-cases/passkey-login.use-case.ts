import { Inject, Injectable } from '@nestjs/common';
import { SignInGate } from '../../challenges';
import type { PasskeyLoginOptionsResponse } from '../../contracts';
import { PasskeyLogin } from '../../mfa';
import { LOGIN_OPTIONS, parseIdentifier, type ResolvedLoginOptions } from '../../users';
import { validateDto } from '../../validation';
import { toSignInResponse } from '../auth-response.factory';
import { PasskeyLoginDTO, PasskeyLoginOptionsDTO, type AuthResponseDTO } from '../dto';

/** Login with a passkey and nothing else. Like every first factor it ends at the gate, which asks for what is missing. */
@Injectable()
export class PasskeyLoginUseCase {
  constructor(
    @Inject(LOGIN_OPTIONS) private readonly options: ResolvedLoginOptions,
    @Inject(PasskeyLogin) private readonly passkeys: PasskeyLogin,
    @Inject(SignInGate) private readonly gate: SignInGate,
  ) {}

  /** @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, RATE_LIMIT_LOGIN, SERVICE_UNAVAILABLE */
  async begin(body: unknown): Promise<PasskeyLoginOptionsResponse> {
    const { identifier } = validateDto(PasskeyLoginOptionsDTO, body ?? {});
    if (identifier === undefined) return this.passkeys.begin();
    return this.passkeys.begin({
      typed: identifier,
      identifier: parseIdentifier(identifier, this.options.identifierType),
    });
  }

  /**
   * @throws {NAuthException} VALIDATION_FAILED, RESOURCE_NOT_FOUND, AUTH_INVALID_CREDENTIALS, RATE_LIMIT_LOGIN,
   * SERVICE_UNAVAILABLE, and what a `beforeLogin` hook refuses with
   */
  async finish(body: unknown): Promise<AuthResponseDTO> {
    const { session, credential, deviceName } = validateDto(PasskeyLoginDTO, body);
    const { user, amr } = await this.passkeys.finish(session, credential);
    return toSignInResponse(
      await this.gate.begin({
        user,
        authMethod: 'passkey',
        amr,
        deviceName: deviceName ?? null,
        isSignup: false,
      }),
    );
  }
}
