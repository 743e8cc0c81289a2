import type { HookContext, HookEvent, HookName } from '../../hooks';

export interface OnNAuthOptions {
  /** A whole number: lower ones run first, hooks of the configuration before all. Default 0. */
  priority?: number;
}

/** What a method was decorated with, as it was written: without types, any value. */
export interface DeclaredHook {
  readonly method: string;
  readonly hook: unknown;
  readonly priority: unknown;
}

const DECLARED_HOOKS = Symbol('nauth.declaredHooks');

/**
 * Calls a method of a provider at a lifecycle event: `@OnNAuth('afterSignup')`. The method takes the event and, if it
 * likes, a context with an AbortSignal. The provider has the default scope, and its module sees the AuthModule: every
 * module does where that is global, else those that import it.
 */
export function OnNAuth<K extends HookName>(hook: K, { priority = 0 }: OnNAuthOptions = {}) {
  return <T extends (event: HookEvent<K>, context: HookContext) => unknown>(
    target: object,
    method: string,
    _descriptor: TypedPropertyDescriptor<T>,
  ): void => {
    const others = declaredHooks(target).filter((other) => other.method !== method || other.hook !== hook);
    Reflect.defineMetadata(DECLARED_HOOKS, [...others, { method, hook, priority }], target);
  };
}

/** The hooks of a class, given its prototype, and of the classes that it extends. */
export function declaredHooks(prototype: object): readonly DeclaredHook[] {
  const declared: unknown = Reflect.getMetadata(DECLARED_HOOKS, prototype);
  return Array.isArray(declared) ? declared : [];
}
