/** A message that the toolkit would have sent. */
export interface OutboxMessage {
  channel: 'email' | 'sms';
  to: string;
  subject: string | null;
  text: string;
  code: string | null;
  link: string | null;
}

/** Keeps messages instead of sending them. */
export class Outbox {
  private readonly kept: OutboxMessage[] = [];

  get messages(): readonly OutboxMessage[] {
    return this.kept;
  }

  keep(message: OutboxMessage): void {
    this.kept.push(message);
  }
}
