import type { Channel } from './outbox/outbox.repository';

/** Says that a message with a code may be sent to one recipient. Only the Notifier makes it. */
export class Admission {
  constructor(
    readonly channel: Channel,
    readonly recipient: string,
  ) {}

  /** @throws {TypeError} for a message that nobody asked about */
  assertFor(channel: Channel, recipient: string): void {
    if (this.channel !== channel || this.recipient !== recipient) {
      throw new TypeError('The admission belongs to another message: ask Notifier.admit for this recipient.');
    }
  }
}
