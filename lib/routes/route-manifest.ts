import {
  ChallengeDataDTO,
  LoginDTO,
  LogoutAllDTO,
  LogoutDTO,
  LogoutSessionDTO,
  RefreshTokenDTO,
  ResendCodeDTO,
  RespondToChallengeDTO,
  SetupDataDTO,
  SignupDTO,
  UpdateProfileDTO,
} from '../auth';
import type { RouteDefinition } from './route-definition';

/** Every ready-made route, literal paths before parametric ones (wire contract, section Paths). */
export const routeManifest: readonly RouteDefinition[] = [
  {
    key: 'signup',
    group: 'core',
    method: 'POST',
    path: '/signup',
    access: 'public',
    status: 201,
    input: 'body',
    dto: SignupDTO,
    call: ({ authService }, input) => authService.signup(input),
  },
  {
    key: 'login',
    group: 'core',
    method: 'POST',
    path: '/login',
    access: 'public',
    status: 200,
    input: 'body',
    dto: LoginDTO,
    call: ({ authService }, input) => authService.login(input),
  },
  {
    key: 'respondToChallenge',
    group: 'core',
    method: 'POST',
    path: '/respond-challenge',
    access: 'public',
    status: 200,
    input: 'body',
    dto: RespondToChallengeDTO,
    call: ({ authService }, input) => authService.respondToChallenge(input),
  },
  {
    key: 'resendCode',
    group: 'core',
    method: 'POST',
    path: '/challenge/resend',
    access: 'public',
    status: 200,
    input: 'body',
    dto: ResendCodeDTO,
    call: ({ authService }, input) => authService.resendCode(input),
  },
  {
    key: 'setupData',
    group: 'core',
    method: 'POST',
    path: '/challenge/setup-data',
    access: 'public',
    status: 200,
    input: 'body',
    dto: SetupDataDTO,
    call: ({ authService }, input) => authService.getSetupData(input),
  },
  {
    key: 'challengeData',
    group: 'core',
    method: 'POST',
    path: '/challenge/challenge-data',
    access: 'public',
    status: 200,
    input: 'body',
    dto: ChallengeDataDTO,
    call: ({ authService }, input) => authService.getChallengeData(input),
  },
  {
    key: 'refresh',
    group: 'core',
    method: 'POST',
    path: '/refresh',
    access: 'public',
    status: 200,
    input: 'body',
    dto: RefreshTokenDTO,
    call: ({ authService }, input) => authService.refreshToken(input),
  },
  {
    key: 'logout',
    group: 'core',
    method: 'POST',
    path: '/logout',
    access: 'authenticated',
    status: 200,
    input: 'body',
    dto: LogoutDTO,
    call: ({ authService }, input) => authService.logout(input),
  },
  {
    key: 'logoutByGet',
    group: 'core',
    method: 'GET',
    path: '/logout',
    access: 'authenticated',
    status: 200,
    input: 'query',
    dto: LogoutDTO,
    changesStateByGet: true,
    call: ({ authService }, input) => authService.logout(input),
  },
  {
    key: 'logoutAll',
    group: 'core',
    method: 'POST',
    path: '/logout/all',
    access: 'authenticated',
    status: 200,
    input: 'body',
    dto: LogoutAllDTO,
    call: ({ authService }, input) => authService.logoutAll(input),
  },
  {
    key: 'profile',
    group: 'profile',
    method: 'GET',
    path: '/profile',
    access: 'authenticated',
    status: 200,
    input: 'none',
    call: ({ authService }) => authService.getProfile(),
  },
  {
    key: 'updateProfile',
    group: 'profile',
    method: 'PUT',
    path: '/profile',
    access: 'authenticated',
    status: 200,
    input: 'body',
    dto: UpdateProfileDTO,
    call: ({ authService }, input) => authService.updateProfile(input),
  },
  {
    key: 'sessions',
    group: 'device',
    method: 'GET',
    path: '/sessions',
    access: 'authenticated',
    status: 200,
    input: 'none',
    call: ({ authService }) => authService.getUserSessions(),
  },
  {
    key: 'logoutSession',
    group: 'device',
    method: 'DELETE',
    path: '/sessions/:sessionId',
    access: 'authenticated',
    status: 200,
    input: 'params',
    dto: LogoutSessionDTO,
    call: ({ authService }, input) => authService.logoutSession(input),
  },
];

/**
 * The rows that a configuration mounts.
 *
 * @throws {Error} when `exclude` names a route that does not exist
 */
export function selectRoutes(options: {
  groups: readonly string[];
  exclude: readonly string[];
}): readonly RouteDefinition[] {
  const keys = new Set(routeManifest.map((route) => route.key));
  const unknown = options.exclude.filter((key) => !keys.has(key));
  if (unknown.length > 0) {
    throw new Error(
      `routes.exclude: no route is called ${unknown.join(', ')}. There are: ${[...keys].join(', ')}.`,
    );
  }
  return routeManifest.filter(
    (route) => options.groups.includes(route.group) && !options.exclude.includes(route.key),
  );
}
