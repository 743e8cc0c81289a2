export * from './bcrypt-password-hasher';
export * from './hash-queue';
export * from './password-hasher';
export * from './password.options';
export * from './password.providers';
export * from './password.service';
