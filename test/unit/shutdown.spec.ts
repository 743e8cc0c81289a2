import 'reflect-metadata';
import { Agent, get, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ExpressAdapter, NAuth as ExpressToolkit } from '@nauth-toolkit/express';
import { FastifyAdapter, NAuth as FastifyToolkit } from '@nauth-toolkit/fastify';
import { AuthModule, GracefulShutdown, Public, type NAuthConfig } from '@nauth-toolkit/nestjs';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter as NestExpress } from '@nestjs/platform-express';
import { FastifyAdapter as NestFastify } from '@nestjs/platform-fastify';
import express from 'express';
import fastify from 'fastify';
import { DataSource } from 'typeorm';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { dataSourceOptions } from '../../lib/persistence/data-source-options';
import { testConfig } from './nest/support';

interface Stoppable {
  url: string;
  stop(): Promise<unknown>;
  isShuttingDown(): boolean;
}

/** A route that answers when it is told to. */
class SlowRoute {
  private release: () => void = () => undefined;
  private arrived: () => void = () => undefined;
  readonly isReached = new Promise<void>((resolve) => (this.arrived = resolve));
  private readonly released = new Promise<void>((resolve) => (this.release = resolve));

  async answer(): Promise<{ done: boolean }> {
    this.arrived();
    await this.released;
    return { done: true };
  }

  finish(): void {
    this.release();
  }
}

type Start = (config: NAuthConfig, slow: SlowRoute) => Promise<Stoppable>;

const startNest =
  (adapter: () => NestExpress | NestFastify): Start =>
  async (config, slow) => {
    @Controller()
    @Public()
    class Routes {
      @Get('slow')
      slow(): Promise<object> {
        return slow.answer();
      }
      @Get('fast')
      fast(): object {
        return { done: true };
      }
    }
    @Module({ imports: [AuthModule.forRoot(config)], controllers: [Routes] })
    class Application {}
    const app = await NestFactory.create(Application, adapter(), { logger: ['error'], abortOnError: false });
    await app.listen(0, '127.0.0.1');
    const shutdown = app.get(GracefulShutdown);
    return {
      url: await app.getUrl(),
      stop: () => app.close(),
      isShuttingDown: () => shutdown.isShuttingDown(),
    };
  };

const startExpress: Start = async (config, slow) => {
  const nauth = await ExpressToolkit.create({ config, adapter: new ExpressAdapter() });
  const app = express();
  app.use(nauth.middleware.all());
  app.get('/slow', async (_request, response) => void response.json(await slow.answer()));
  app.get('/fast', (_request, response) => void response.json({ done: true }));
  const server = await new Promise<Server>((resolve) => {
    const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    stop: () => nauth.shutdown(server),
    isShuttingDown: nauth.isShuttingDown,
  };
};

const startFastify: Start = async (config, slow) => {
  const nauth = await FastifyToolkit.create({ config, adapter: new FastifyAdapter() });
  const app = fastify();
  await app.register(nauth.plugin);
  app.get('/slow', () => slow.answer());
  app.get('/fast', () => Promise.resolve({ done: true }));
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  return { url, stop: () => nauth.shutdown(app), isShuttingDown: nauth.isShuttingDown };
};

const hosts: [string, Start][] = [
  ['nest-express', startNest(() => new NestExpress())],
  ['nest-fastify', startNest(() => new NestFastify())],
  ['express', startExpress],
  ['fastify', startFastify],
];

interface Reply {
  status: number | string;
  headers: IncomingHttpHeaders;
}

/** An answer, or the code of the error that came instead. */
function ask(url: string, agent: Agent | false = false): Promise<Reply> {
  return new Promise((resolve) => {
    get(url, { agent }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers }));
    }).on('error', (error) => resolve({ status: String(Reflect.get(error, 'code')), headers: {} }));
  });
}

/** Connections while it drains: enough for a host that closes too early to get to it. */
const NEWCOMERS = 20;

/** Lets shutdowns drain until `end` is called, for `drainDelay` at least. */
function holdDrain(): { end: () => void } {
  let end = (): void => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));
  const { begin } = GracefulShutdown.prototype;
  const spy = vi.spyOn(GracefulShutdown.prototype, 'begin').mockImplementation(async function (
    this: GracefulShutdown,
  ) {
    await begin.call(this);
    await ended;
  });
  onTestFinished(() => spy.mockRestore());
  return { end };
}

describe.each(hosts)('shutdown (%s)', (_name, start) => {
  it('takes requests while it drains, finishes the last one, ends kept connections and closes the toolkit', async () => {
    const slow = new SlowRoute();
    const database = new DataSource(dataSourceOptions({ type: 'sqlite', url: ':memory:' }));
    const config = testConfig({ database, shutdown: { drainDelay: '1s', timeout: '10m' } });
    const drain = holdDrain();
    const host = await start(config, slow);
    const last = ask(`${host.url}/slow`);
    await slow.isReached;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    expect((await ask(`${host.url}/fast`, agent)).headers.connection).not.toBe('close');
    expect(host.isShuttingDown()).toBe(false);

    let stopped = false;
    const stopping = host.stop().then(() => (stopped = true));
    while (!host.isShuttingDown()) await new Promise(setImmediate);
    const kept = await ask(`${host.url}/fast`, agent);
    expect([kept.status, kept.headers.connection]).toEqual([200, 'close']);
    for (let count = 0; count < NEWCOMERS; count += 1)
      expect((await ask(`${host.url}/fast`)).status).toBe(200);

    drain.end();
    // In between, a connection may be refused, reset, or told that the server is closing.
    while ((await ask(`${host.url}/fast`)).status !== 'ECONNREFUSED') await new Promise(setImmediate);
    expect([stopped, database.isInitialized]).toEqual([false, true]);
    slow.finish();
    expect((await last).status).toBe(200);
    agent.destroy();
    await stopping;
    expect(database.isInitialized).toBe(false);
  });

  it('cuts what does not end in time', async () => {
    const slow = new SlowRoute();
    const host = await start(testConfig({ shutdown: { timeout: '1s' } }), slow);
    const hanging = ask(`${host.url}/slow`);
    await slow.isReached;
    await host.stop();
    expect((await hanging).status).toBe('ECONNRESET');
    slow.finish();
  });
});

it('a shutdown drains for as long as it was told, and once', async () => {
  const shutdown = new GracefulShutdown({ drainDelayMs: 100, timeoutMs: 1000 });
  const start = performance.now();
  expect(shutdown.isShuttingDown()).toBe(false);
  const drained = shutdown.begin();
  expect([shutdown.isShuttingDown(), shutdown.begin() === drained]).toEqual([true, true]);
  await drained;
  // Timers count whole milliseconds.
  expect(performance.now() - start).toBeGreaterThan(98);
});
