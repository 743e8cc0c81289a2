import type { Duration } from '../common';
import type { HookHandler, HookName } from './nauth-hooks';

/** Hooks given in the configuration; several for one name run in the order of the list. */
export type HookHandlers = { [K in HookName]?: HookHandler<K> | HookHandler<K>[] };

export interface HookOptions extends HookHandlers {
  /** How long an event waits for its hooks. Default 3 s, at most one minute. */
  timeout?: Duration;
}

export type ResolvedHookHandlers = { [K in HookName]?: readonly HookHandler<K>[] };

export interface ResolvedHookOptions {
  timeoutMs: number;
  handlers: ResolvedHookHandlers;
}

export const HOOK_OPTIONS = Symbol('nauth.hookOptions');
