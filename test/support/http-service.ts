import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as a service got it. */
export interface ServiceRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A service over HTTP in the place of somebody else's, to be disturbed. */
export class HttpService {
  readonly requests: ServiceRequest[] = [];
  /** What it answers; may answer never, or break the connection. */
  answer: (request: ServiceRequest, response: ServerResponse) => void;

  private constructor(
    private readonly server: Server,
    answer: HttpService['answer'],
  ) {
    this.answer = answer;
  }

  static async start(answer: HttpService['answer']): Promise<HttpService> {
    const server = createServer();
    const service = new HttpService(server, answer);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { method = '', url = '', headers } = request;
        const received = { method, path: url, headers, body: Buffer.concat(chunks).toString('utf8') };
        service.requests.push(received);
        service.answer(received, response);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return service;
  }

  get url(): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }
}

/** Answers with a status and a body. */
export function reply(
  status: number,
  body: string | object,
  type = 'application/json',
): HttpService['answer'] {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  return (_request, response) => void response.writeHead(status, { 'content-type': type }).end(text);
}

/** Takes the request and breaks the connection. */
export const acceptAndDrop: HttpService['answer'] = (_request, response) => void response.socket?.destroy();

/** Says nothing. */
export const silence: HttpService['answer'] = () => undefined;
