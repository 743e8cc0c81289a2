import { Readable } from 'node:stream';
import type { StreamPlugin } from './nodemailer-types';

/**
 * Stands before the text of a message on its way to the server. It knows whether the server may have got anything: if
 * not, the message was certainly not sent. And it lets the text through once only, whatever the transport does.
 */
export class DataGate {
  private passed = false;

  /** True when the server may have some of the message, or all. */
  get wasOpened(): boolean {
    return this.passed;
  }

  /** From now on the message cannot be sent any more. */
  close(): void {
    this.passed = true;
  }

  /** The same text, which begins to flow when the transport asks for the first of it. */
  through(input: Readable): Readable {
    const pass = (): void => {
      if (this.passed) throw new Error('This message was handed over before.');
      this.passed = true;
    };
    async function* flow(): AsyncGenerator<unknown> {
      pass();
      yield* input;
    }
    return Readable.from(flow(), { objectMode: false });
  }
}

/** The gates of messages under way, by their Message-ID. */
export class DataGates {
  private readonly gates = new Map<string, DataGate>();

  /** For the step `stream` of a transporter. */
  readonly plugin: StreamPlugin = ({ data, message }, done) => {
    const gate = typeof data.messageId === 'string' ? this.gates.get(data.messageId) : undefined;
    if (gate) message?.processFunc((input) => gate.through(input));
    done();
  };

  add(messageId: string): DataGate {
    const gate = new DataGate();
    this.gates.set(messageId, gate);
    return gate;
  }

  remove(messageId: string): void {
    this.gates.delete(messageId);
  }
}
