export * from './typeorm-audit.repository';
export * from './typeorm-challenge.repository';
export * from './typeorm-one-time-code.repository';
export * from './typeorm-outbox.repository';
export * from './typeorm-session-feed';
export * from './typeorm-session.repository';
export * from './typeorm-user.repository';
