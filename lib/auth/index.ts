export * from './auth.service';
export * from './dto';
export * from './passwords/account-passwords.service';
export * from './passwords/reset-messages.service';
export * from './use-cases/audit-entry';
export * from './use-cases/audit-query';
