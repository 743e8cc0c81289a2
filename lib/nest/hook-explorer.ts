import { Inject, Injectable, Scope, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService, ModulesContainer } from '@nestjs/core';
import { HookRegistry, hookNames, isHookName } from '../hooks';
import { declaredHooks, type DeclaredHook } from './decorators/on-nauth.decorator';
import { seesModule } from './module-visibility';

type Wrapper = ReturnType<DiscoveryService['getProviders']>[number];

/** An `@OnNAuth` that cannot work. It stops the start; the message names the method and says what to do. */
export class HookDeclarationError extends Error {
  constructor(method: string, problem: string) {
    super(`@OnNAuth on ${method}: ${problem}`);
    this.name = 'HookDeclarationError';
  }
}

/**
 * Finds the methods that `@OnNAuth` decorates, on providers and controllers of every module that sees this AuthModule. Two
 * AuthModules of one process so call each their own; a hook whose module sees both hears both.
 */
@Injectable()
export class HookExplorer implements OnModuleInit {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
    @Inject(HookRegistry) private readonly registry: HookRegistry,
  ) {}

  /** @throws {HookDeclarationError} */
  onModuleInit(): void {
    const own = [...this.modules.values()].find(
      ({ providers }) => providers.get(HookExplorer)?.instance === this,
    );
    // An alias (useExisting) is one more provider with the same instance.
    const seen = new Set<object>();
    for (const wrapper of [...this.discovery.getProviders(), ...this.discovery.getControllers()]) {
      const target: unknown = wrapper.instance ?? wrapper.metatype?.prototype;
      if (typeof target !== 'object' || target === null || seen.has(target)) continue;
      if (!own || !wrapper.host || !seesModule(wrapper.host, own)) continue;
      seen.add(target);
      this.registerAll(wrapper, target);
    }
  }

  private registerAll(wrapper: Wrapper, target: object): void {
    for (const declared of declaredHooks(target)) {
      const label = `${target.constructor.name}.${declared.method}`;
      if (!isSingleton(wrapper)) {
        const problem = 'the provider, or one that it injects, has request or transient scope';
        throw new HookDeclarationError(label, `${problem}; a hook needs the default scope`);
      }
      this.register(target, declared, label);
    }
  }

  private register(target: object, { method, hook, priority }: DeclaredHook, label: string): void {
    if (!isHookName(hook)) {
      throw new HookDeclarationError(
        label,
        `there is no hook of that name; there are ${hookNames.join(', ')}`,
      );
    }
    if (typeof priority !== 'number' || !Number.isSafeInteger(priority)) {
      throw new HookDeclarationError(label, 'priority is not a whole number');
    }
    const handle = (...given: unknown[]): unknown =>
      Reflect.apply(Reflect.get(target, method), target, given);
    this.registry.add(hook, handle, label, priority);
  }
}

function isSingleton(wrapper: Wrapper): boolean {
  const { scope = Scope.DEFAULT } = wrapper;
  return scope === Scope.DEFAULT && wrapper.isDependencyTreeStatic();
}
