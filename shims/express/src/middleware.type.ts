import type { IncomingMessage, ServerResponse } from 'node:http';

/** Hands the request on, or, with an error, to the error handlers. */
export type NextStep = (error?: unknown) => void;

/**
 * A middleware in the form that Express and every other connect-style host takes. It names Node's own types, so that
 * beside it the types of a route's parameters stay what its path says.
 */
export type Middleware = (request: IncomingMessage, response: ServerResponse, next: NextStep) => void;

/** An error handler of Express; the fourth parameter is how Express tells it from a middleware. */
export type ErrorMiddleware = (
  error: unknown,
  request: IncomingMessage,
  response: ServerResponse,
  next: NextStep,
) => void;
