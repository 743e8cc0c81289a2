/** The part of `fetch` that the client needs; every platform's own fetch fits. */
export type FetchLike = (url: string, init: FetchInit) => Promise<FetchAnswer>;

export interface FetchInit {
  method: HttpMethod;
  headers: Record<string, string>;
  body?: string;
  credentials: 'include' | 'omit';
  signal?: AbortSignal;
}

export interface FetchAnswer {
  readonly ok: boolean;
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

export type HttpMethod = 'GET' | 'POST' | 'PUT' | 'DELETE';
