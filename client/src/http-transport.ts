import type { ResolvedClientConfig } from './client-config';
import { NAuthNetworkError } from './client-error';
import type { FetchAnswer, FetchInit, HttpMethod } from './http.type';
import { readAnswer } from './read-answer';

export interface HttpCall {
  method: HttpMethod;
  path: string;
  body?: object;
}

/** One request, one answer. */
export class HttpTransport {
  constructor(
    private readonly config: ResolvedClientConfig,
    private readonly credentials: FetchInit['credentials'],
    private readonly onAnswer: (answer: FetchAnswer) => void,
  ) {}

  /**
   * @throws {NAuthClientError} when the server refuses
   * @throws {NAuthNetworkError} when there is no answer
   */
  async send(call: HttpCall, headers: Record<string, string>): Promise<object> {
    const { answer, text } = await this.exchange(call, headers);
    this.onAnswer(answer);
    return readAnswer(answer, text);
  }

  private async exchange(
    call: HttpCall,
    headers: Record<string, string>,
  ): Promise<{ answer: FetchAnswer; text: string }> {
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), this.config.timeout);
    const type: Record<string, string> = call.body ? { 'Content-Type': 'application/json' } : {};
    try {
      const answer = await this.config.fetch(`${this.config.address}${call.path}`, {
        method: call.method,
        headers: { Accept: 'application/json', ...this.config.headers, ...type, ...headers },
        body: call.body && JSON.stringify(call.body),
        credentials: this.credentials,
        signal: patience.signal,
      });
      return { answer, text: await answer.text() };
    } catch (error) {
      const reason = patience.signal.aborted ? `no answer within ${this.config.timeout} ms` : 'no answer';
      throw new NAuthNetworkError(`${call.method} ${this.config.address}${call.path}: ${reason}.`, error);
    } finally {
      clearTimeout(timer);
    }
  }
}
