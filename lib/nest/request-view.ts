import type { ExecutionContext } from '@nestjs/common';
import { viewOf, type RequestState, type RequestView } from '../context';
import { requestOf } from './request-access';

/**
 * Parameter decorators are plain functions without injection, so guards leave the state where they find it: keyed by
 * the framework's own objects, never as a property that a body or a header could imitate.
 */
const views = new WeakMap<object, RequestState>();

/** Makes the state readable for parameter decorators of this call. */
export function publishState(key: object, state: RequestState): void {
  views.set(key, state);
}

export function requestView(context: ExecutionContext): RequestView {
  const key = requestOf(context)?.key;
  const state = key && views.get(key);
  return viewOf(state);
}
