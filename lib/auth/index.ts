export * from './auth.service';
export * from './dto';
export * from './validation/validate-dto';
export * from './current-identity';
