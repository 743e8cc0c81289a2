export * from './audit-event';
export * from './audit.options';
export * from './audit.repository';
export * from './auth-audit.service';
