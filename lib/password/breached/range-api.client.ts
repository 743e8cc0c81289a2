import { createHash } from 'node:crypto';
import type { BreachedPasswords } from './breached-passwords';

const PREFIX_LENGTH = 5;
/** Padded answers have 30 to 45 KB. */
const MAX_ANSWER_BYTES = 1_000_000;
const ENTRY = /^([0-9A-F]{35}):(\d+)$/i;

/**
 * Asks a range API in the form of Pwned Passwords. Only the first 5 of the 40 hexadecimal digits of the SHA-1 leave the
 * server, in a request that is the same for about 1 000 other passwords of the collection; the answer lists the rest of
 * each, padded to a size that tells nothing (k-anonymity).
 */
export class RangeApiClient implements BreachedPasswords {
  /** @param baseUrl what the prefix is added to */
  constructor(private readonly baseUrl: string) {}

  async has(password: string, signal: AbortSignal): Promise<boolean> {
    const digest = createHash('sha1').update(password, 'utf8').digest('hex').toUpperCase();
    const answer = await this.range(digest.slice(0, PREFIX_LENGTH), signal);
    const wanted = digest.slice(PREFIX_LENGTH);
    return answer.split('\n').some((line) => {
      const [, suffix, count] = ENTRY.exec(line.trim()) ?? [];
      // A count of 0 is padding.
      return suffix?.toUpperCase() === wanted && Number(count) > 0;
    });
  }

  private async range(prefix: string, signal: AbortSignal): Promise<string> {
    const response = await fetch(`${this.baseUrl}${prefix}`, {
      headers: { 'Add-Padding': 'true', 'User-Agent': 'nauth-toolkit' },
      redirect: 'error',
      signal,
    });
    if (response.status !== 200) {
      await response.body?.cancel();
      throw new Error(`the range API answered ${response.status}`);
    }
    return readText(response);
  }
}

/** The body as text, refused as soon as it gets too large. The signal of the request holds here too. */
async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > MAX_ANSWER_BYTES) throw new Error('the answer of the range API is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('latin1');
}
