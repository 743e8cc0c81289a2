import type { FastifyReply, FastifyRequest, RouteGenericInterface } from 'fastify';
import type { NAuthCore } from '@nauth-toolkit/nestjs';
import { RouteResponse } from './route-response';

/** A route in the manner of Express that may return what it answers. */
export type RouteHandler<Route extends RouteGenericInterface = RouteGenericInterface> = (
  request: FastifyRequest<Route>,
  response: RouteResponse,
) => unknown;

/** The same as a route of Fastify. */
export type WrappedRouteHandler<Route extends RouteGenericInterface = RouteGenericInterface> = (
  request: FastifyRequest<Route>,
  reply: FastifyReply,
) => Promise<unknown>;

/** Runs a route inside the context of its request and sends what it returns, unless it has answered itself. */
export function wrapRouteHandler<Route extends RouteGenericInterface>(
  core: NAuthCore,
  handler: RouteHandler<Route>,
): WrappedRouteHandler<Route> {
  return async (request, reply) => {
    const response = new RouteResponse(reply);
    const state = core.context.open(request.raw);
    const value = await core.context.run(state, () => handler(request, response));
    if (value !== undefined && value !== response && !response.headersSent) response.json(value);
    // Fastify waits for the answer, which may come later: from a callback, as in Express.
    return reply;
  };
}
