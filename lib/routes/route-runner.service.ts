import { Inject, Injectable } from '@nestjs/common';
import { AdminAuthService } from '../admin';
import { AuthService } from '../auth';
import type { HttpRequest, RequestState } from '../context';
import { NAuthException, unreadableBody } from '../errors';
import { MFAService } from '../mfa';
import { OriginCheck } from '../pipeline';
import type { RouteDefinition, RouteServices } from './route-definition';

/** The parsed parts of a request, as the host's framework gives them. */
export interface RouteRequest {
  body: unknown;
  query: unknown;
  params: unknown;
}

const MAX_BODY_BYTES = 100 * 1024;
const JSON_TYPE = /^application\/json[ \t]*(?:;|$)/i;

/** Runs a ready-made route inside the context of its request, after the pipeline. */
@Injectable()
export class RouteRunner {
  private readonly services: RouteServices;

  constructor(
    @Inject(AuthService) authService: AuthService,
    @Inject(AdminAuthService) adminAuthService: AdminAuthService,
    @Inject(MFAService) mfaService: MFAService,
    @Inject(OriginCheck) private readonly origins: OriginCheck,
  ) {
    this.services = { authService, adminAuthService, mfaService };
  }

  /**
   * @throws {NAuthException} UNSUPPORTED_MEDIA_TYPE for a body that is not JSON (R064) or is compressed,
   * PAYLOAD_TOO_LARGE for more than 100 KB of it (R133), VALIDATION_FAILED for JSON that is neither object nor list,
   * RESOURCE_NOT_FOUND for a GET that would change state for a foreign page (R063), and what the service throws
   */
  run(route: RouteDefinition, state: RequestState, request: RouteRequest): Promise<unknown> {
    if (route.changesStateByGet && !this.mayChangeStateByGet(state.request)) {
      throw new NAuthException('RESOURCE_NOT_FOUND');
    }
    if (takesBody(route) && hasBody(state.request)) assertReadable(state.request);
    state.mountPath = mountPath(state.request.path, route.path);
    return route.call(this.services, inputOf(route, request));
  }

  private mayChangeStateByGet(request: HttpRequest): boolean {
    // Hosts answer HEAD with the handler of GET; nobody signs out by looking.
    if (request.method !== 'GET') return false;
    return request.hasBearer || this.origins.isSameOriginNavigation(request);
  }
}

/** The part of a path before that of its route: '/api/auth' of '/api/auth/login'. */
function mountPath(path: string, routePath: string): string | undefined {
  const plain = path.replace(/\/+$/, '');
  return /^(?:\/[\w.~-]+)+$/.test(plain) && plain.endsWith(routePath)
    ? plain.slice(0, -routePath.length) || '/'
    : undefined;
}

function hasBody(request: HttpRequest): boolean {
  const length = request.header('content-length');
  return request.header('transfer-encoding') !== undefined || (length !== undefined && length !== '0');
}

/** Hosts differ in how much they read and in what they decompress; the answer is the same on all of them. */
function assertReadable(request: HttpRequest): void {
  const encoding = request.header('content-encoding') ?? 'identity';
  if (!JSON_TYPE.test(request.header('content-type') ?? '') || encoding.toLowerCase() !== 'identity') {
    throw new NAuthException('UNSUPPORTED_MEDIA_TYPE');
  }
  if (Number(request.header('content-length') ?? 0) > MAX_BODY_BYTES) {
    throw new NAuthException('PAYLOAD_TOO_LARGE');
  }
}

function takesBody({ input }: RouteDefinition): boolean {
  return input === 'body' || input === 'body-and-params';
}

/** What the parsers of hosts make of no body, and of JSON that is a mere value, differs too. */
function inputOf(route: RouteDefinition, request: RouteRequest): unknown {
  if (route.input === 'none') return undefined;
  if (route.input === 'body') return bodyOf(request);
  if (route.input === 'body-and-params') return withParams(bodyOf(request), request.params);
  return request[route.input] ?? {};
}

function bodyOf({ body }: RouteRequest): object {
  if (body === undefined) return {};
  if (typeof body !== 'object' || body === null) throw unreadableBody();
  return body;
}

function withParams(body: object, params: unknown): object {
  const inPath = Object.entries(params ?? {});
  const twice = inPath.filter(([name]) => Object.hasOwn(body, name)).map(([name]) => name);
  if (twice.length > 0) {
    const fields = Object.fromEntries(twice.map((name) => [name, ['stands in the path']]));
    throw new NAuthException('VALIDATION_FAILED', { details: { fields } });
  }
  return { ...body, ...Object.fromEntries(inPath) };
}
