export * from './route-definition';
export * from './route-manifest';
export * from './route-runner.service';
export * from './route.options';
export * from './resolve-routes';
