import { settings } from './settings.ts';

/**
 * Times as the console shows them: absolute, in the zone of the settings, with the zone named once where it is needed.
 * Whoever renders one is rendered again when the settings change (`Pages` sees to that).
 */

const CLOCK = { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' } as const;

const FORMATS = {
  short: { year: 'numeric', month: 'short', day: 'numeric', ...CLOCK },
  long: { year: 'numeric', month: 'long', day: 'numeric', ...CLOCK },
  clock: CLOCK,
  zone: { timeZoneName: 'longOffset' },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

// Making one takes longer than formatting a page of times with it.
const formatters = new Map<string, Intl.DateTimeFormat>();

const formatter = (name: keyof typeof FORMATS, zone = settings().zone) => {
  const key = `${name} ${zone}`;
  const known = formatters.get(key);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en', {
    ...FORMATS[name],
    ...(zone === 'browser' ? {} : { timeZone: zone }),
  });
  formatters.set(key, made);
  return made;
};

/** `+01:00`: how far a zone is from UTC at that time. */
export const offsetIn = (zone: string, date: Date) => {
  const parts = formatter('zone', zone).formatToParts(date);
  const { value = '' } = parts.find(({ type }) => type === 'timeZoneName') ?? {};
  // `GMT` is what Intl calls it, and all that it says of no offset.
  return value.replace('GMT', '') || '+00:00';
};

const offsetOf = (date: Date) => offsetIn(settings().zone, date);

/** `UTC+01:00`, for a column header: the offset of now, unless it is about another time. */
export const zoneOf = (date = new Date()) => `UTC${offsetOf(date)}`;

/**
 * `Nov 23, 2026, 14:29:05`: where a header names the zone. A time beyond a change of the clocks names its own offset,
 * since that of the header does not hold for it.
 */
export const formatTime = (date: Date) => {
  const text = formatter('short').format(date);
  const offset = offsetOf(date);
  return offset === offsetOf(new Date()) ? text : `${text} (${offset})`;
};

/** `November 23, 2026, 14:29:05 (UTC+01:00)`: where the time stands alone. */
export const formatTimeWithZone = (date: Date) =>
  `${formatter('long').format(date).replace(' at ', ', ')} (${zoneOf(date)})`;

/** `14:29:05`. */
export const formatClock = (date: Date) => formatter('clock').format(date);
