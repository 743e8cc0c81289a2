import { setTimeout as sleep } from 'node:timers/promises';
import type { HostProcess } from '../../support/host-process';
import { Client, type Answered } from './client';
import { Lateness } from './lateness';

const PAUSE_MS = 50;

/** Clients that sign up, and then read their profile, refresh and sign in again, on all processes in turn. */
export class Traffic {
  readonly answers: Answered[] = [];
  readonly machine: Lateness;
  private readonly clients: Client[];
  private readonly running: Promise<void>[];
  private isOver = false;

  constructor(
    private readonly servers: readonly HostProcess[],
    clients: number,
  ) {
    this.machine = new Lateness(servers);
    this.clients = Array.from({ length: clients }, () => new Client((answer) => this.answers.push(answer)));
    this.running = this.clients.map((client, index) => this.run(client, index));
  }

  /** Ends it; how many clients are no longer signed in. */
  async stop(): Promise<number> {
    this.isOver = true;
    await Promise.all(this.running);
    await this.machine.stop();
    let lost = 0;
    for (const client of this.clients) {
      const url = this.servers[0]?.url ?? '';
      const answers = [await client.refresh(url), await client.profile(url)];
      if (answers.some(({ status }) => status !== 200)) lost += 1;
    }
    return lost;
  }

  /** When the first request was answered well that was sent to this process after that moment and needs the database. */
  firstSuccess(url: string, since: number): number | undefined {
    const good = this.answers.find(
      (answer) =>
        answer.url === url && answer.sentAt >= since && answer.status < 300 && answer.what !== 'profile',
    );
    return good && good.sentAt + good.ms;
  }

  count(status: number): number {
    return this.answers.filter((answer) => answer.status === status).length;
  }

  /** All answers that are neither good nor SERVICE_UNAVAILABLE with Retry-After, and how often each came. */
  unexpected(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { what, status, code, retryAfter } of this.answers) {
      if (status >= 200 && status < 300) continue;
      if (status === 503 && code === 'SERVICE_UNAVAILABLE' && /^\d+$/.test(retryAfter ?? '')) continue;
      // Of a client that has signed up before and was not told so; anything else would fail at its end.
      if (what === 'signup' && code === 'SIGNUP_EMAIL_EXISTS') continue;
      const key = `${what} ${status} ${String(code)}`;
      counts[key] = (counts[key] ?? 0) + 1;
    }
    return counts;
  }

  get slowest(): number {
    return Math.max(...this.answers.map(({ ms }) => ms));
  }

  private async run(client: Client, index: number): Promise<void> {
    for (let turn = index; !this.isOver || client.refreshToken === undefined; turn += 1) {
      await this.step(client, turn, this.servers[turn % this.servers.length]?.url ?? '');
      await sleep(PAUSE_MS);
    }
  }

  private async step(client: Client, turn: number, url: string): Promise<void> {
    if (client.refreshToken === undefined) return client.join(url);
    const kind = Math.floor(turn / this.servers.length) % 4;
    if (kind === 0) return client.login(url);
    await (kind === 1 ? client.refresh(url) : client.profile(url));
  }
}
