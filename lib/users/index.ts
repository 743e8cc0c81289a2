export * from './account-administration.repository';
export * from './code.options';
export * from './user';
export * from './unproved-account.repository';
export * from './user-identifier';
export * from './user-profile';
export * from './user.options';
export * from './user.repository';
