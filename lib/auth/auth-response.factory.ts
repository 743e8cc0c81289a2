import type { SignInOutcome } from '../challenges';
import type { IssuedTokens } from '../context';
import type { AuthMethod, TokenFields } from '../contracts';
import { toAuthResponseUser, type User } from '../users';
import { AuthResponseDTO, ChangePasswordResponseDTO, TokenResponseDTO } from './dto';

/** The answer to a step of a sign-in: tokens, or the next challenge. */
export function toSignInResponse(outcome: SignInOutcome): AuthResponseDTO {
  return outcome.status === 'challenged'
    ? Object.assign(new AuthResponseDTO(), outcome.challenge)
    : Object.assign(
        toAuthResponse(outcome.signIn.user, outcome.signIn.authMethod, outcome.issued),
        outcome.details,
      );
}

/** The answer to a finished sign-in. */
function toAuthResponse(user: User, authMethod: AuthMethod, issued: IssuedTokens): AuthResponseDTO {
  const response = new AuthResponseDTO();
  response.user = toAuthResponseUser(user);
  attachTokens(response, issued);
  response.authMethod = authMethod;
  const { device, delivery } = issued;
  // A client that brought its token has it already.
  if (device?.isNew) define(response, 'deviceToken', device.token, delivery === 'json');
  if (device?.isTrusted) response.trusted = true;
  return response;
}

/** The answer to a refresh. */
export function toTokenResponse(issued: IssuedTokens): TokenResponseDTO {
  const response = new TokenResponseDTO();
  attachTokens(response, issued);
  return response;
}

/** The answer to a change of the password, after which the session has other tokens. */
export function toChangePasswordResponse(issued: IssuedTokens): ChangePasswordResponseDTO {
  const response = new ChangePasswordResponseDTO();
  attachTokens(response, issued);
  return response;
}

/** Cookie delivery keeps tokens out of the body at the source: no later stage has to find and remove them. */
function attachTokens(target: object, issued: IssuedTokens): void {
  const enumerable = issued.delivery === 'json';
  const fields: (keyof TokenFields)[] = [
    'accessToken',
    'refreshToken',
    'accessTokenExpiresAt',
    'refreshTokenExpiresAt',
  ];
  for (const field of fields) define(target, field, issued[field], enumerable);
}

function define(target: object, field: string, value: string | number, enumerable: boolean): void {
  Object.defineProperty(target, field, { value, enumerable, configurable: true, writable: true });
}
