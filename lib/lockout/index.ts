export * from './known-clients';
export * from './lockout.options';
export * from './login-attempts.service';
