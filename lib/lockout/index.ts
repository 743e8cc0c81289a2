export * from './flood-watch.service';
export * from './known-clients';
export * from './lockout.options';
export * from './password-attempts.service';
export * from './password-capacity';
