import type { AddressInfo } from 'node:net';
import type { INestApplication } from '@nestjs/common';
import type { NAuthConfig } from '@nauth-toolkit/nestjs';

export const secrets = {
  access: 'k7Qw2Zr9Xv4Tn8Ls3Mb6Yc1Hd5Gf0JpAeRuOiWt',
  refresh: 'p3Nf8Vx1Lq6Sz0Kd5Ub9Yh2Cw7Mj4Te-GaRoXiB',
};

/** A small valid configuration on a database in memory. */
export function testConfig(overrides: Partial<NAuthConfig> = {}): NAuthConfig {
  return {
    database: { type: 'sqlite', url: ':memory:' },
    jwt: { accessToken: { secret: secrets.access }, refreshToken: { secret: secrets.refresh } },
    password: { bcryptCost: 4 },
    ...overrides,
  };
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

export interface Call {
  method?: string;
  body?: unknown;
  raw?: string;
  token?: string;
  headers?: Record<string, string>;
}

/** Starts the application on a free port and gives a function that calls it. */
export async function serve(app: INestApplication): Promise<(path: string, call?: Call) => Promise<Answer>> {
  await app.listen(0, '127.0.0.1');
  const { port } = app.getHttpServer().address() as AddressInfo;
  return async (path, { method, body, raw, token, headers } = {}) => {
    const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: method ?? (payload === undefined ? 'GET' : 'POST'),
      body: payload,
      headers: {
        ...(payload !== undefined && { 'content-type': 'application/json' }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
    };
  };
}

export const account = { email: 'ada@example.com', password: 'correct horse battery' };
