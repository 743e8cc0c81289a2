import type { FastifyReply } from 'fastify';

/** A Fastify reply with the methods of an Express response, so that one handler serves both hosts. */
export class RouteResponse {
  private answered = false;

  constructor(private readonly reply: FastifyReply) {}

  /** True once an answer has been handed over; Fastify itself knows only of one that has left. */
  get headersSent(): boolean {
    return this.answered || this.reply.sent;
  }

  get statusCode(): number {
    return this.reply.statusCode;
  }

  status(code: number): this {
    this.reply.code(code);
    return this;
  }

  /** Replaces the header, `Set-Cookie` apart, which adds one. */
  setHeader(name: string, value: string | number | readonly string[]): this {
    this.reply.header(name, value);
    return this;
  }

  json(body: unknown): this {
    this.reply.type('application/json; charset=utf-8');
    const isText = typeof body === 'string' || body === null;
    return this.send(isText ? JSON.stringify(body) : body);
  }

  /** Text, a Buffer or a stream as they are; anything else as JSON. */
  send(body?: unknown): this {
    this.answered = true;
    this.reply.send(body);
    return this;
  }

  end(): this {
    return this.send();
  }

  /** `redirect(url)` with 302, or `redirect(status, url)`. */
  redirect(url: string): this;
  redirect(status: number, url: string): this;
  redirect(first: string | number, second?: string): this {
    this.answered = true;
    if (typeof first === 'string') this.reply.redirect(first, 302);
    else this.reply.redirect(second ?? '/', first);
    return this;
  }
}
