/**
 * Every value that a Cookie header gives to a name, in order and as sent. A list, because a cookie that comes twice is
 * an attack that a parser which keeps one of them would hide (R058). Names are compared exactly: no decoding, and only
 * spaces and tabs around a pair are skipped, so that look-alikes of a name stay other names.
 */
export function cookieValues(header: string | undefined, name: string): string[] {
  if (!header?.includes(name)) return [];
  const values: string[] = [];
  for (const pair of header.split(';')) {
    const equals = pair.indexOf('=');
    if (equals < 0 || trimOws(pair.slice(0, equals)) !== name) continue;
    values.push(trimOws(pair.slice(equals + 1)).replace(/^"([^"]*)"$/, '$1'));
  }
  return values;
}

/** Clients may percent-encode a cookie value; a malformed encoding is left as it is. */
export function decodeCookieValue(value: string): string {
  if (!value.includes('%')) return value;
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}

function trimOws(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && (text[start] === ' ' || text[start] === '\t')) start += 1;
  while (end > start && (text[end - 1] === ' ' || text[end - 1] === '\t')) end -= 1;
  return text.slice(start, end);
}
