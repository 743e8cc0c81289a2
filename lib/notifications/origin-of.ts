import type { ClientInfo } from '../context';
import type { OriginVariables } from './templates/template-variables';

/** Where the request in hand comes from, as a notice tells it. Empty outside of a request. */
export async function originOf(client: ClientInfo | undefined): Promise<OriginVariables> {
  if (!client) return {};
  const { browser, os } = client.device;
  const place = await client.geo();
  return {
    ipAddress: client.ipAddress,
    device: browser !== null && os !== null ? `${browser} on ${os}` : (browser ?? os),
    location: [place?.city, place?.country].filter(Boolean).join(', ') || null,
  };
}
