import type { ExecutionContext } from '@nestjs/common';
import type { IncomingRequest, ResponseSink } from '../context';

/** The request of an execution context: the raw one that keys its state, and the framework's own. */
export interface RequestAccess {
  raw: IncomingRequest;
  /** What stays the same for all stages of one call: the raw request, or the client of a socket. */
  key: object;
  response: ResponseSink | undefined;
  /** The body as the host parsed it. */
  body: unknown;
  /** True where one connection carries many calls, so that nothing may be remembered from the last one. */
  isMessage: boolean;
}

/** Finds the request in HTTP, GraphQL and WebSocket contexts; undefined where there is none (RPC). */
export function requestOf(context: ExecutionContext): RequestAccess | undefined {
  switch (context.getType<string>()) {
    case 'http': {
      const http = context.switchToHttp();
      return fromHttp(http.getRequest<unknown>(), http.getResponse<unknown>());
    }
    case 'graphql': {
      const graphql: unknown = context.getArgByIndex(2);
      return isObject(graphql) ? fromHttp(property(graphql, 'req'), property(graphql, 'res')) : undefined;
    }
    case 'ws':
      return fromSocket(context.switchToWs().getClient<unknown>());
    default:
      return undefined;
  }
}

function fromHttp(request: unknown, response: unknown): RequestAccess | undefined {
  if (!isObject(request)) return undefined;
  const raw = rawRequest(request);
  return (
    raw && {
      raw,
      key: raw,
      response: responseSink(response),
      body: property(request, 'body'),
      isMessage: false,
    }
  );
}

/** The IncomingMessage under a framework's request: Fastify has it as `raw`, Express is it. */
export function rawRequest(request: object): IncomingRequest | undefined {
  const raw = property(request, 'raw');
  const candidate = isObject(raw) ? raw : request;
  return isIncoming(candidate) ? candidate : undefined;
}

/** A Socket.IO client has the handshake; its `auth.token` stands for the header that browsers cannot set. */
function fromSocket(client: unknown): RequestAccess | undefined {
  if (!isObject(client)) return undefined;
  const handshake = property(client, 'handshake');
  if (!isObject(handshake) || !isIncoming(handshake)) return undefined;
  const auth = property(handshake, 'auth');
  const token = isObject(auth) ? property(auth, 'token') : undefined;
  const address = property(handshake, 'address');
  const raw: IncomingRequest = {
    method: 'GET',
    url: '/',
    headers: {
      ...handshake.headers,
      ...(typeof token === 'string' && { authorization: `Bearer ${token.replace(/^bearer +/i, '')}` }),
    },
    socket: typeof address === 'string' ? { remoteAddress: address } : {},
  };
  return { raw, key: client, response: undefined, body: undefined, isMessage: true };
}

/** Headers of an Express response or of a Fastify reply. */
export function responseSink(response: unknown): ResponseSink | undefined {
  if (!isObject(response)) return undefined;
  if (isReply(response)) {
    return {
      get headersSent() {
        return response.sent;
      },
      setHeader: (name, value) => void response.header(name, value),
      appendCookie: (value) => void response.header('set-cookie', value),
    };
  }
  return isNodeResponse(response)
    ? {
        get headersSent() {
          return response.headersSent;
        },
        setHeader: (name, value) => void response.setHeader(name, value),
        appendCookie: (value) => void response.appendHeader('set-cookie', value),
      }
    : undefined;
}

interface Reply {
  sent: boolean;
  raw: object;
  header(name: string, value: string): unknown;
}

interface NodeResponse {
  headersSent: boolean;
  setHeader(name: string, value: string): unknown;
  appendHeader(name: string, value: string): unknown;
}

function isReply(value: object): value is Reply {
  return isObject(property(value, 'raw')) && typeof property(value, 'header') === 'function';
}

function isNodeResponse(value: object): value is NodeResponse {
  return (
    typeof property(value, 'setHeader') === 'function' &&
    typeof property(value, 'appendHeader') === 'function'
  );
}

function isIncoming(value: object): value is IncomingRequest {
  return isObject(property(value, 'headers'));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function property(value: object, name: string): unknown {
  return Reflect.get(value, name);
}
