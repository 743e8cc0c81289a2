export {
  challengeRoute,
  isCodeChallenge,
  maskedDestination,
  requiresPhoneCollection,
  type ChallengeRouteName,
} from './challenge-route';
export type { NAuthClientConfig } from './client-config';
export {
  NAuthClientError,
  NAuthNetworkError,
  type NAuthClientErrorCode,
  type NAuthClientErrorFields,
} from './client-error';
export type { CsrfOptions } from './csrf-token';
export { defaultBasePath, defaultEndpoints, type EndpointName, type Endpoints } from './endpoints';
export type { NAuthEvent, NAuthEventData, NAuthEventName } from './event-emitter';
export type { FetchAnswer, FetchInit, FetchLike, HttpMethod } from './http.type';
export { isChallenge } from './client-core';
export { NAuthClient } from './nauth-client';
export type { MfaClient } from './mfa-client';
export type { PasskeyClient, PasskeyCredential } from './passkey-client';
export type { CurrentUser } from './session-store';
export { MemoryStorage, type NAuthStorage } from './storage';
export type * from '../../lib/contracts';
