export * from './administered-users.service';
export * from './admin-accounts.service';
export * from './admin-audit.service';
export * from './admin-auth.service';
export * from './admin-passwords.service';
export * from './audit.dto';
export * from './dto';
