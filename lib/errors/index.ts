export * from './error-message';
export * from './error-status';
export * from './nauth.exception';
export * from './to-nauth-exception';
