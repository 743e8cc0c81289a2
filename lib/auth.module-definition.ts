import { ConfigurableModuleBuilder } from '@nestjs/common';
import type { NAuthConfig } from './config';

/** What decides the shape of the module, so it is known before a factory has run. */
export interface NAuthModuleExtras {
  /** Export the services to every module. Default true. */
  isGlobal?: boolean;
  /** Guard every route of the application, deny by default. Default true; false leaves it to `@UseGuards(AuthGuard)`. */
  globalGuards?: boolean;
  /** The ready-made routes; for `forRootAsync` given beside the factory. */
  routes?: NAuthConfig['routes'];
}

/** Implemented by the class given as `useClass` or `useExisting`. */
export interface NAuthConfigFactory {
  createNAuthConfig(): NAuthConfig | Promise<NAuthConfig>;
}

export const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN, OPTIONS_TYPE, ASYNC_OPTIONS_TYPE } =
  new ConfigurableModuleBuilder<NAuthConfig>({ moduleName: 'NAuth' })
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createNAuthConfig')
    .setExtras<NAuthModuleExtras>({ isGlobal: true, globalGuards: true, routes: undefined })
    .build();
