export * from './auth.service';
export * from './dto';
export * from './passwords/account-passwords.service';
export * from './passwords/reset-messages.service';
