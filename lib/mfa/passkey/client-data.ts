import { z } from 'zod';
import { PasskeyRefusal } from './passkey-refusal';

const clientData = z.object({ crossOrigin: z.unknown().optional(), topOrigin: z.unknown().optional() });

/**
 * Refuses what was made inside a frame of another site (R094). Type, challenge and origin are compared by the library.
 *
 * @throws {PasskeyRefusal} passkey_malformed, passkey_framed
 */
export function refuseFramed(clientDataJSON: string): void {
  const { crossOrigin, topOrigin } = parse(clientDataJSON);
  const isOwnPage = crossOrigin === undefined || crossOrigin === false;
  if (!isOwnPage || topOrigin !== undefined) throw new PasskeyRefusal('passkey_framed');
}

function parse(clientDataJSON: string): { crossOrigin?: unknown; topOrigin?: unknown } {
  try {
    return clientData.parse(JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8')));
  } catch (error) {
    throw new PasskeyRefusal('passkey_malformed', { cause: error });
  }
}
