export * from './context-storage';
export * from './cookie-header';
export * from './delivery-policy';
export * from './delivery.options';
export * from './http-request';
export * from './request-state';
export * from './auth-cookies';
export * from './request-view';
