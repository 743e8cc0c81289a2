export * from './nauth';
export * from './nauth-core';
