import { Agent, createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { IDLE_MS } from './http-client';

const CHECK_MS = 50;

interface Target {
  url: string;
  isReady: boolean;
}

/**
 * A load balancer in small: each request goes to the next instance in turn, over connections that are kept. What it could
 * not deliver it notes, and answers 502; only a refused connection, on which nothing was sent, is tried elsewhere.
 */
export class Balancer {
  /** Requests whose connection ended without an answer. */
  readonly lost: string[] = [];
  private readonly targets = new Map<string, Target>();
  private readonly agent = new Agent({ keepAlive: true, timeout: IDLE_MS });
  private turn = 0;
  private isChecking = false;
  private checked: Promise<void> = Promise.resolve();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<Balancer> {
    const server = createServer();
    const balancer = new Balancer(server);
    server.on('request', (request, response) => void balancer.forward(request, response));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return balancer;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** Puts an instance in, or another one in its place. */
  put(name: string, url: string): void {
    this.targets.set(name, { url, isReady: true });
  }

  /** From now on an instance gets requests only while it says that it is ready. */
  startChecks(): void {
    this.isChecking = true;
    this.checked = this.check();
  }

  async stop(): Promise<void> {
    this.isChecking = false;
    await this.checked;
    this.agent.destroy();
    this.server.closeAllConnections();
    await new Promise((done) => this.server.close(done));
  }

  private async check(): Promise<void> {
    while (this.isChecking) {
      await Promise.all(
        [...this.targets.values()].map(async (target) => {
          const answer = await fetch(`${target.url}/__ready`).catch(() => undefined);
          target.isReady = answer?.status === 200;
          await answer?.arrayBuffer();
        }),
      );
      await sleep(CHECK_MS);
    }
  }

  /** Instances in the order in which they are to be tried. */
  private order(): Target[] {
    const ready = [...this.targets.values()].filter(({ isReady }) => isReady);
    this.turn += 1;
    const first = this.turn % Math.max(1, ready.length);
    return [...ready.slice(first), ...ready.slice(0, first)];
  }

  private async forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    for (const target of this.order()) {
      const problem = await this.deliver(target, request, body, response);
      if (problem === undefined) return;
      if (problem === 'ECONNREFUSED') continue;
      this.lost.push(`${problem} ${request.method} ${request.url}`);
      break;
    }
    response.writeHead(502).end();
  }

  /** The code of what went wrong, or undefined when the answer has been passed on. */
  private deliver(
    target: Target,
    { method, url, rawHeaders }: IncomingMessage,
    body: Buffer,
    response: ServerResponse,
  ): Promise<string | undefined> {
    return new Promise((resolve) => {
      const upstream = httpRequest(
        `${target.url}${url}`,
        { method, agent: this.agent, headers: endToEnd(rawHeaders) },
        (answer) => {
          answer.on('error', (error) => resolve(String(Reflect.get(error, 'code'))));
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('end', () => {
            response.writeHead(answer.statusCode ?? 502, endToEnd(answer.rawHeaders));
            response.end(Buffer.concat(parts));
            resolve(undefined);
          });
        },
      );
      upstream.on('error', (error) => resolve(String(Reflect.get(error, 'code'))));
      upstream.end(body);
    });
  }
}

/** Headers without those that speak of one connection. */
function endToEnd(raw: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) {
    const [name = '', value = ''] = raw.slice(index, index + 2);
    if (!/^(?:connection|keep-alive|transfer-encoding)$/i.test(name)) kept.push(name, value);
  }
  return kept;
}
