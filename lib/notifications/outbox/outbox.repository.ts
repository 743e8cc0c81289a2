export type Channel = 'email' | 'sms';

/** A message that waits to be sent. What it says, and to whom, is in `payload`, sealed. */
export interface OutboxEntry {
  id: string;
  channel: Channel;
  template: string;
  payload: string;
  /** `sending`: an instance has begun an attempt, whose outcome it will note before `dueAt`. */
  state: 'pending' | 'sending';
  /** Attempts that have begun. */
  attempts: number;
  /** When the next attempt may begin; of one that has begun, when it is given up for lost. */
  dueAt: Date;
  /** When it is not worth sending any more. */
  expiresAt: Date;
  createdAt: Date;
}

/** An attempt that has begun. The number tells it from earlier ones of the same message. */
export type Attempt = Pick<OutboxEntry, 'id' | 'attempts'>;

/** Where messages wait. Every change is one statement that decides and writes, so instances may share the outbox. */
export interface OutboxRepository {
  /** Part of the surrounding unit of work, if there is one. */
  insert(entry: OutboxEntry): Promise<void>;
  /** Begins an attempt, if nobody else has and the message is due; null otherwise. */
  claim(id: string, at: Date, lostAt: Date): Promise<OutboxEntry | null>;
  /** Ends the attempt: the message waits for another one. */
  postpone(attempt: Attempt, dueAt: Date): Promise<void>;
  /** Ends the attempt: the message is gone. */
  remove(attempt: Attempt): Promise<void>;
  /** Messages that are due, oldest first. */
  due(at: Date, limit: number): Promise<Pick<OutboxEntry, 'id' | 'channel'>[]>;
  /** Attempts whose instance has not noted an outcome in time. */
  lost(at: Date, limit: number): Promise<Pick<OutboxEntry, 'id' | 'channel' | 'attempts' | 'template'>[]>;
  /** Removes messages that are not worth sending any more, and tells how many. */
  deleteExpired(at: Date, limit: number): Promise<number>;
}

/** Token of the OutboxRepository. */
export const OUTBOX_REPOSITORY = Symbol('nauth.outboxRepository');
