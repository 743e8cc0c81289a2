/**
 * The link of a message. What it carries stands behind `#`: browsers send that to no server and in no Referer, and the
 * page has to POST it, so that what merely opens links spends nothing (R063, R124).
 * @param baseUrl from the configuration, never from a request (R120)
 */
export function codeLink(baseUrl: string, linkCode: string, parameters: Record<string, string> = {}): string {
  const carried = new URLSearchParams({ code: linkCode, ...parameters });
  // Spaces as %20: readers of fragments do not know them as plus signs.
  return `${baseUrl}#${carried.toString().replaceAll('+', '%20')}`;
}
