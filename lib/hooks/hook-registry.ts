import { Inject, Injectable } from '@nestjs/common';
import { HOOK_OPTIONS, type ResolvedHookOptions } from './hook.options';
import { hookNames, type HookHandler, type HookName } from './nauth-hooks';

/** A hook that is called, and how logs name it. */
export interface RegisteredHook<K extends HookName> {
  readonly label: string;
  readonly handle: HookHandler<K>;
}

interface Registration<K extends HookName> extends RegisteredHook<K> {
  readonly priority: number;
}

type Registrations = { [K in HookName]?: Registration<K>[] };

/** The hooks of one module: those of its configuration first, then those that were added, by priority. */
@Injectable()
export class HookRegistry {
  private readonly registered: Registrations = {};

  constructor(@Inject(HOOK_OPTIONS) options: ResolvedHookOptions) {
    for (const hook of hookNames) this.addConfigured(hook, options);
  }

  of<K extends HookName>(hook: K): readonly RegisteredHook<K>[] {
    return this.registered[hook] ?? [];
  }

  /** @param priority lower ones run first; those of equal priority in the order in which they were added */
  add<K extends HookName>(hook: K, handle: HookHandler<K>, label: string, priority = 0): void {
    const registrations: { [N in K]?: Registration<N>[] } = this.registered;
    const known: Registration<K>[] = registrations[hook] ?? [];
    registrations[hook] = [...known, { label, handle, priority }].sort((a, b) => a.priority - b.priority);
  }

  private addConfigured<K extends HookName>(hook: K, { handlers }: ResolvedHookOptions): void {
    const configured: readonly HookHandler<K>[] = handlers[hook] ?? [];
    configured.forEach((handle, index) =>
      this.add(hook, handle, `hooks.${hook}[${index}]`, Number.MIN_SAFE_INTEGER),
    );
  }
}
