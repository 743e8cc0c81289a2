export * from './user';
export * from './user-identifier';
export * from './user-profile';
export * from './user.options';
export * from './user.repository';
