import { setTimeout as sleep } from 'node:timers/promises';
import type { OutboxMessage } from '../../hosts/outbox';
import { ask, freshEmail, signUp } from './arena';
import { fireTogether, tally, type GateAnswer } from './gate';

const PAIRS = 50;
/** Pairs that are fired at one moment. */
const BATCH = 5;
/** Longest wait for all messages to be handed over, and for what a broken variant does later. */
const MESSAGES_MS = 20_000;
const LATER_MS = 1500;

interface Pair {
  accessToken: string;
  own: string;
  /** Asked for at one moment. */
  wanted: readonly [string, string];
}

/** RACE-10: fifty accounts, each asking for two addresses at one moment, and then for each with the code that went there. */
export async function changeAddressTwiceAtOnce(url: string): Promise<object> {
  const pairs: Pair[] = [];
  for (let index = 0; index < PAIRS; index += 1) {
    const { accessToken, email } = await signUp(url);
    pairs.push({ accessToken, own: email, wanted: [freshEmail(), freshEmail()] });
  }
  const answers: GateAnswer[] = [];
  for (let start = 0; start < PAIRS; start += BATCH) {
    const batch = pairs.slice(start, start + BATCH).flatMap(({ accessToken, wanted }) =>
      wanted.map((email) => ({
        url,
        method: 'PUT',
        path: '/auth/profile',
        json: { email },
        token: accessToken,
      })),
    );
    answers.push(...(await fireTogether(batch)));
  }
  const codes = await linkCodes(
    url,
    pairs.flatMap(({ wanted }) => wanted),
  );
  await sleep(LATER_MS);
  const facts = { mismatches: 0, confirmed: 0, refused: 0 };
  for (const { accessToken, wanted } of pairs) {
    for (const email of wanted) {
      const code = codes.get(email) ?? '';
      const { status, body } = await ask(url, '/auth/profile/email/confirm', { code }, accessToken);
      if (status !== 200) facts.refused += 1;
      else if (body.email === email) facts.confirmed += 1;
      else facts.mismatches += 1;
    }
  }
  return {
    ...facts,
    answers: tally(answers),
    sent: pairs.flatMap(({ wanted }) => wanted).filter((email) => codes.has(email)).length,
  };
}

/** Of each pair the later wish stands, and its code alone is good. */
export const eachCodeItsOwnAddress = {
  mismatches: 0,
  confirmed: PAIRS,
  refused: PAIRS,
  answers: { '200': 2 * PAIRS },
  sent: 2 * PAIRS,
};

/** The long code in the link of the message to each address, as far as they come in time. */
async function linkCodes(url: string, addresses: readonly string[]): Promise<Map<string, string>> {
  const end = performance.now() + MESSAGES_MS;
  for (;;) {
    const response = await fetch(`${url}/__outbox`);
    const codes = new Map(((await response.json()) as OutboxMessage[]).flatMap(linkCodeOf));
    if (addresses.every((address) => codes.has(address)) || performance.now() > end) return codes;
    await sleep(100);
  }
}

function linkCodeOf({ to, link }: OutboxMessage): [string, string][] {
  const code = link === null ? null : new URLSearchParams(new URL(link).hash.slice(1)).get('code');
  return code === null ? [] : [[to, code]];
}
