import type { FastifyInstance, FastifyPluginCallback } from 'fastify';
import type { ErrorHandler } from './error-handler';
import type { RequestHook, SendHook } from './hook.type';

export interface NAuthPluginOptions {
  /** Answer every error of the application in the form of the wire contract. Default true. */
  errorHandler?: boolean;
}

/** Says, for all instances of the toolkit, that a scope has the error handler: one can answer for all. */
const HAS_ERROR_HANDLER = Symbol.for('nauth-toolkit.errorHandler');

/** The hooks of the pipeline, put into a scope once. */
export class PluginHooks {
  /** Marks scopes that have the hooks; scopes below inherit the mark with the hooks. */
  private readonly mark = Symbol('nauth-toolkit.hooks');

  constructor(
    private readonly onRequest: RequestHook,
    private readonly preHandler: RequestHook,
    private readonly onSend: SendHook,
  ) {}

  install(fastify: FastifyInstance): void {
    if (fastify.hasDecorator(this.mark)) return;
    fastify.decorate(this.mark, true);
    fastify.addHook('onRequest', this.onRequest);
    fastify.addHook('preHandler', this.preHandler);
    fastify.addHook('onSend', this.onSend);
  }
}

/** The plugin is not encapsulated: its hooks are for the scope that registers it, as those of fastify-plugin are. */
export function createPlugin(
  hooks: PluginHooks,
  errorHandler: ErrorHandler,
): FastifyPluginCallback<NAuthPluginOptions> {
  const plugin: FastifyPluginCallback<NAuthPluginOptions> = (fastify, options, done) => {
    hooks.install(fastify);
    if (options.errorHandler !== false && !fastify.hasDecorator(HAS_ERROR_HANDLER)) {
      fastify.decorate(HAS_ERROR_HANDLER, true);
      fastify.setErrorHandler(errorHandler);
    }
    done();
  };
  return Object.assign(plugin, {
    [Symbol.for('skip-override')]: true,
    [Symbol.for('fastify.display-name')]: '@nauth-toolkit/fastify',
    [Symbol.for('plugin-meta')]: { name: '@nauth-toolkit/fastify', fastify: '5.x' },
  });
}
