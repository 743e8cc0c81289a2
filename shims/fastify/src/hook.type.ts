import type { IncomingRequest } from '@nauth-toolkit/nestjs';

/** What hooks read of a Fastify request. Structural, so that routes of any type and server take the hooks. */
export interface HookRequest {
  readonly raw: IncomingRequest;
}

/** What hooks use of a Fastify reply. */
export interface HookReply {
  readonly raw: object;
  statusCode: number;
  header(name: string, value: string): unknown;
}

export type HookDone = (error?: Error) => void;

/** A hook before the route: `onRequest`, `preHandler`. */
export type RequestHook = (request: HookRequest, reply: HookReply, done: HookDone) => void;

/** An `onSend` hook that leaves the payload alone. */
export type SendHook = (request: HookRequest, reply: HookReply, payload: unknown, done: HookDone) => void;
