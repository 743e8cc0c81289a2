export * from './access-token.service';
export { type AccessTokenClaims } from './access-token.syntax';
export * from './jwt-algorithms';
export * from './jwt-keys';
export * from './jwt.options';
export * from './refresh-token.codec';
export * from './secret-strength';
export * from './unverified-session-id';
