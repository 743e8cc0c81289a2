import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface GateAnswer {
  status: number;
  text: string;
  /** The body as JSON; an empty object for anything else. */
  body: Record<string, unknown>;
}

/** A request with a JSON body. */
export interface GateRequest {
  url: string;
  /** Default POST. */
  method?: string;
  path: string;
  json: object;
  token?: string;
}

const ANSWER_MS = 20_000;

/**
 * Fires requests at one moment: each has a connection of its own that has been used before, all but the last byte of all of
 * them is on the way, and then the last bytes are sent one right after the other.
 */
export async function fireTogether(requests: readonly GateRequest[]): Promise<GateAnswer[]> {
  const connections = await Promise.all(requests.map(({ url }) => Connection.open(url)));
  try {
    await Promise.all(connections.map((connection) => connection.exchange(warmUp())));
    const texts = requests.map(toText);
    connections.forEach((connection, index) => connection.send(texts[index]?.slice(0, -1) ?? ''));
    await sleep(100);
    const answers = connections.map((connection, index) =>
      connection.exchange(texts[index]?.slice(-1) ?? ''),
    );
    return await Promise.all(answers);
  } finally {
    for (const connection of connections) connection.close();
  }
}

function warmUp(): string {
  return 'GET /bare HTTP/1.1\r\nhost: localhost\r\n\r\n';
}

function toText({ url, method = 'POST', path, json, token }: GateRequest): string {
  const body = JSON.stringify(json);
  const authorization = token === undefined ? '' : `authorization: Bearer ${token}\r\n`;
  return (
    `${method} ${path} HTTP/1.1\r\nhost: ${new URL(url).host}\r\ncontent-type: application/json\r\n${authorization}` +
    `content-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`
  );
}

class Connection {
  private received = Buffer.alloc(0);
  private waiting: (() => void) | undefined;
  private failure: Error | undefined;

  private constructor(private readonly socket: Socket) {
    socket.setNoDelay(true);
    socket.on('data', (chunk) => {
      this.received = Buffer.concat([this.received, chunk]);
      this.waiting?.();
    });
    socket.on('error', (error) => this.fail(error));
    socket.on('close', () => this.fail(new Error('the server closed the connection')));
  }

  static open(url: string): Promise<Connection> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port) }, () => {
        socket.off('error', reject);
        resolve(new Connection(socket));
      });
      socket.once('error', reject);
    });
  }

  send(text: string): void {
    this.socket.write(text);
  }

  /** Sends the text and reads one whole answer. */
  exchange(text: string): Promise<GateAnswer> {
    this.send(text);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.fail(new Error(`no answer within ${ANSWER_MS} ms`)), ANSWER_MS);
      this.waiting = () => {
        const answer = this.failure ? undefined : this.take();
        if (!this.failure && !answer) return;
        clearTimeout(timer);
        this.waiting = undefined;
        if (answer) resolve(answer);
        else reject(this.failure ?? new Error('no answer'));
      };
      this.waiting();
    });
  }

  close(): void {
    this.socket.destroy();
  }

  private fail(error: Error): void {
    this.failure ??= error;
    this.waiting?.();
  }

  /** The first answer of what has been received, when all of it is there. Every host here sends a length. */
  private take(): GateAnswer | undefined {
    const end = this.received.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const head = this.received.subarray(0, end).toString('latin1');
    const from = end + 4;
    const to = from + Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0);
    if (this.received.length < to) return undefined;
    const text = this.received.subarray(from, to).toString();
    this.received = this.received.subarray(to);
    const isJson = /\r\ncontent-type: *application\/json/i.test(head) && text !== '';
    return {
      status: Number(head.slice(9, 12)),
      text,
      body: isJson ? (JSON.parse(text) as Record<string, unknown>) : {},
    };
  }
}

/** How often each status and code came, such as { '200': 1, '401 AUTH_TOKEN_INVALID': 99 }. */
export function tally(answers: readonly GateAnswer[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of answers) {
    const key = typeof body.code === 'string' ? `${status} ${body.code}` : String(status);
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}
