export type * from './audit';
export type * from './auth-response';
export type * from './challenge';
export type * from './error-codes';
export type * from './error-response';
export type * from './requests';
export type * from './session';
export type * from './user';
