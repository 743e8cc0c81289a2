// Child process of ../load.mjs: credential stuffing at a fixed rate, whatever the answers (open loop). Reads its orders
// from the first message, ends by itself after their time, and sends what became of them.
import { Agent } from 'node:http';
import { call } from './http.mjs';

const TICK_MS = 10;
/** Requests on the way at once; what is due beyond that is not sent, and told. */
const MOST_ON_THE_WAY = 4000;
/** Fewer than the server's system keeps waiting to be accepted: the load is to be that of requests. */
const MOST_SOCKETS = 256;
/** One in so many guesses is at an account that exists, the others at names that somebody leaked elsewhere. */
const REAL_ACCOUNT_EACH = 50;

process.once('message', async ({ url, rate, addresses, seconds, emails }) => {
  const agent = new Agent({ keepAlive: true, maxSockets: MOST_SOCKETS });
  const answers = {};
  const onTheWay = new Set();
  let sent = 0;
  let dropped = 0;
  const startedAt = performance.now();
  const end = startedAt + seconds * 1000;
  await new Promise((resolve) => {
    const timer = setInterval(() => {
      const now = performance.now();
      const due = Math.floor(((Math.min(now, end) - startedAt) * rate) / 1000);
      while (sent + dropped < due) {
        if (onTheWay.size >= MOST_ON_THE_WAY) {
          dropped += 1;
          continue;
        }
        const guess = sendGuess(sent).finally(() => onTheWay.delete(guess));
        onTheWay.add(guess);
        sent += 1;
      }
      if (now < end) return;
      clearInterval(timer);
      resolve();
    }, TICK_MS);
  });
  const elapsed = (performance.now() - startedAt) / 1000;
  const inTime = Object.values(answers).reduce((sum, count) => sum + count, 0);
  await Promise.all(onTheWay);
  agent.destroy();
  process.send({
    offered: rate,
    sent,
    dropped,
    sentRate: sent / elapsed,
    answeredRate: inTime / elapsed,
    answers,
  });
  process.disconnect();

  function sendGuess(index) {
    const isReal = index % REAL_ACCOUNT_EACH === 0;
    const identifier = isReal
      ? emails[(index / REAL_ACCOUNT_EACH) % emails.length]
      : `leaked.${index}@example.com`;
    return call(agent, url, 'POST', '/auth/login', {
      headers: { 'x-forwarded-for': addressOf(index % addresses) },
      body: { identifier, password: `leaked password ${index}` },
    }).then(({ status, retryAfter }) => {
      // A refusal that does not say when to come back is counted apart: there should be none.
      const key =
        (status === 429 || status === 503) && !(retryAfter >= 1) ? `${status} without Retry-After` : status;
      answers[key] = (answers[key] ?? 0) + 1;
    });
  }
});

function addressOf(index) {
  return `198.${18 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}
