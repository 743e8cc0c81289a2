import { expect } from 'vitest';

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

/** Sends JSON, as the documentation does, and reads the JSON of the answer. */
export async function send(
  method: string,
  url: string,
  options: { body?: unknown; token?: string; headers?: Record<string, string> } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    method,
    headers: {
      ...(options.body !== undefined && { 'content-type': 'application/json' }),
      ...(options.token !== undefined && { authorization: `Bearer ${options.token}` }),
      ...options.headers,
    },
    body: options.body === undefined ? undefined : JSON.stringify(options.body),
  });
  const body: unknown = await response.json();
  if (!isRecord(body)) throw new Error(`${method} ${url} answered something that is no object`);
  return { status: response.status, headers: response.headers, body };
}

/** A field that has to be text. */
export function text(answer: Answer, name: string): string {
  const value = answer.body[name];
  expect(value, name).toBeTypeOf('string');
  return String(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
