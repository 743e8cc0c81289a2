import { connect } from 'node:net';
import { LoopLateness } from '../support/loop-lateness';

export interface RawAnswer {
  /** 0 when the socket was closed without an answer. */
  status: number;
  /** By lower-case name; repeated ones joined with a line feed. */
  headers: Record<string, string>;
  text: string;
  /** Milliseconds until the answer was whole, without those in which the machine gave this process no turn. */
  took: number;
}

const HANG_MS = 15_000;

/**
 * Sends bytes as they are and reads until the server closes. An answer that came before the server stopped reading counts.
 *
 * @throws {Error} when there is neither answer nor close for 15 s
 */
export function exchange(url: string, bytes: Buffer, halfClose: boolean): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const elapsed = LoopLateness.stopwatch();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect({ host: hostname, port: Number(port), allowHalfOpen: true }, () => {
      if (halfClose) socket.end(bytes);
      else socket.write(bytes);
    });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`no answer within ${HANG_MS} ms`));
    }, HANG_MS);
    const finish = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ ...parse(Buffer.concat(chunks)), took: elapsed() });
    };
    socket.on('data', (chunk) => chunks.push(chunk));
    socket.once('end', finish);
    socket.once('error', finish);
    socket.once('close', finish);
  });
}

function parse(bytes: Buffer): Omit<RawAnswer, 'took'> {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes.subarray(0, Math.max(end, 0)).toString('latin1').split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1] ?? 0);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const [name = '', value = ''] = line.split(/:\s*(.*)/s);
    const key = name.toLowerCase();
    headers[key] = headers[key] === undefined ? value : `${headers[key]}\n${value}`;
  }
  return { status, headers, text: bytes.subarray(end + 4).toString() };
}
