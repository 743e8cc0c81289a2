import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { requestView } from '../request-view';

/** The signed-in user (`NAuthUser`), or null on a public route without one. */
export const CurrentUser = createParamDecorator(
  (_: unknown, context: ExecutionContext) => requestView(context).user,
);

/** The session behind the request (`CurrentSession`), or null. */
export const CurrentSession = createParamDecorator(
  (_: unknown, context: ExecutionContext) => requestView(context).session,
);

/** Address, user agent, device and request id of the client (`NAuthClientInfo`). */
export const ClientInfo = createParamDecorator(
  (_: unknown, context: ExecutionContext) => requestView(context).client,
);
