const UTC = 'UTC';
const ENGLISH = 'en';

/**
 * A moment in words, in the language and time zone of its reader, with the zone named: '2 March 2026 at 14:05 CET'.
 * Empty for what is no moment; English and UTC for a language or zone that is not known.
 * @param value milliseconds since the Unix epoch, or ISO 8601 text
 */
export function formatMoment(
  value: unknown,
  { locale, timezone }: { locale: string; timezone: string },
  withTime = true,
): string {
  if (typeof value !== 'number' && typeof value !== 'string') return '';
  const moment = new Date(value);
  if (Number.isNaN(moment.getTime())) return '';
  for (const [language, zone] of [
    [locale, timezone],
    [locale, UTC],
    [ENGLISH, timezone],
  ] as const) {
    const text = tryFormat(moment, language, zone, withTime);
    if (text !== undefined) return text;
  }
  return tryFormat(moment, ENGLISH, UTC, withTime) ?? moment.toISOString();
}

function tryFormat(moment: Date, locale: string, timeZone: string, withTime: boolean): string | undefined {
  try {
    return new Intl.DateTimeFormat(locale === '' ? ENGLISH : locale, {
      timeZone: timeZone === '' ? UTC : timeZone,
      ...{ year: 'numeric', month: 'long', day: 'numeric' },
      ...(withTime && { hour: '2-digit', minute: '2-digit', timeZoneName: 'short' }),
    }).format(moment);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
