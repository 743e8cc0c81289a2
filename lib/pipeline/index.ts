export * from './auth.handler';
export * from './client-address';
export * from './client-info.handler';
export * from './credentials';
export * from './csrf-tokens';
export * from './csrf.handler';
export * from './origin-check';
export * from './token-delivery.handler';
