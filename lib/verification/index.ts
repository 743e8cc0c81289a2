export * from './one-time-code';
export * from './one-time-code.repository';
export * from './one-time-codes.service';
