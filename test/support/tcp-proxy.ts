import { randomInt } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** A proxy in front of a server, to disturb what passes. */
export class TcpProxy {
  private readonly sockets = new Set<Socket>();
  private readonly held: (() => void)[] = [];
  private frozen = false;
  /** What passes is this late, in both directions. */
  latencyMs = 0;
  /** The share of messages, 0 to 1, that break their connection instead of passing. */
  resetShare = 0;
  /** Sees what clients send; true swallows the server's answers on that connection from then on. */
  swallowAnswerTo: (data: Buffer) => boolean = () => false;

  private constructor(
    private target: { host: string; port: number },
    private readonly server: Server,
  ) {}

  static async start(url: string, defaultPort: number): Promise<TcpProxy> {
    const { hostname, port } = new URL(url);
    const server = createServer();
    const proxy = new TcpProxy({ host: hostname, port: Number(port) || defaultPort }, server);
    server.on('connection', (client) => proxy.join(client));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return proxy;
  }

  /** The same URL by way of the proxy. */
  through(url: string): string {
    const changed = new URL(url);
    const address = this.server.address();
    changed.hostname = '127.0.0.1';
    changed.port = typeof address === 'object' && address ? String(address.port) : '';
    return changed.href;
  }

  /** From now on it leads to another server. Open connections are reset. */
  lead(url: string): void {
    const { hostname, port } = new URL(url);
    this.target = { host: hostname, port: Number(port) };
    this.cut();
  }

  /** Connections stay open, and nothing passes: as with a stopped process. */
  freeze(): void {
    this.frozen = true;
  }

  thaw(): void {
    this.frozen = false;
    for (const deliver of this.held.splice(0)) deliver();
  }

  /** The open connections stay open and pass nothing more; new ones work. As after a firewall forgot them. */
  strand(): void {
    for (const socket of this.sockets) socket.removeAllListeners('data').pause();
  }

  /** Resets every connection. */
  cut(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  async stop(): Promise<void> {
    this.cut();
    await new Promise((done) => this.server.close(done));
  }

  private join(client: Socket): void {
    const server = connect(this.target);
    let swallow = false;
    for (const socket of [client, server]) {
      this.sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.sockets.delete(socket);
        (socket === client ? server : client).destroy();
      });
    }
    client.on('data', (data) => {
      if (this.swallowAnswerTo(data)) swallow = true;
      this.pass(server, data);
    });
    server.on('data', (data) => {
      if (!swallow) this.pass(client, data);
    });
  }

  private pass(to: Socket, data: Buffer): void {
    const deliver = (): void => void to.write(data);
    if (randomInt(1000) < this.resetShare * 1000) to.resetAndDestroy();
    else if (this.frozen) this.held.push(deliver);
    else if (this.latencyMs > 0) setTimeout(deliver, this.latencyMs);
    else deliver();
  }
}
