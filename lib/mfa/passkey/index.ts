export * from './passkey';
export * from './passkey.method';
export * from './passkey.repository';
export * from './passkey-ceremonies.service';
export * from './passkey-checker.service';
export * from './passkey-decoys';
export * from './passkey-login.service';
