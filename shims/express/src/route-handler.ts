import type { NextFunction, Request, RequestHandler, Response } from 'express';
import type { NAuthCore } from '@nauth-toolkit/nestjs';
import type { RequestPipeline } from './request-pipeline';

/** A route that may return what it answers. */
export type RouteHandler = (request: Request, response: Response, next: NextFunction) => unknown;

/**
 * Runs a route inside the context of its request. What it returns is sent as JSON unless it has answered itself, and
 * what it throws goes to the error handlers.
 */
export function wrapRouteHandler(
  core: NAuthCore,
  pipeline: RequestPipeline,
  handler: RouteHandler,
): RequestHandler {
  return (request, response, next) => {
    const state = pipeline.open(request, response);
    core.context.run(state, () => {
      answer(handler, request, response, next).catch(next);
    });
  };
}

async function answer(
  handler: RouteHandler,
  request: Request,
  response: Response,
  next: NextFunction,
): Promise<void> {
  const value = await handler(request, response, next);
  // `return res.status(204)` hands back the response itself.
  if (value !== undefined && value !== response && !response.headersSent) response.json(value);
}
