import { request } from 'node:http';

const LONGEST_MS = 30_000;

/** One request with a JSON answer. Never fails: what gets no answer has status 0. */
export function call(agent, url, method, path, { headers = {}, body } = {}) {
  const payload = body === undefined ? undefined : JSON.stringify(body);
  const startedAt = performance.now();
  return new Promise((resolve) => {
    const done = (status, retryAfter, text = '') => {
      const ms = performance.now() - startedAt;
      resolve({ status, retryAfter, ms, body: text.startsWith('{') ? JSON.parse(text) : {} });
    };
    const type =
      payload === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) };
    const sent = request(`${url}${path}`, { method, agent, headers: { ...type, ...headers } }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => done(response.statusCode, Number(response.headers['retry-after']), text));
      response.on('error', () => done(0));
    });
    sent.setTimeout(LONGEST_MS, () => sent.destroy(new Error('no answer')));
    // The server had closed the kept connection at that very moment: every client sends again then.
    sent.on('error', ({ code }) => {
      if (!sent.reusedSocket || code !== 'ECONNRESET') return done(0);
      void call(agent, url, method, path, { headers, body }).then(resolve);
    });
    sent.end(payload);
  });
}
