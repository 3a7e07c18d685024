/** Times as the console shows them: absolute, in the browser's zone, with the zone named once where it is needed. */

const short = new Intl.DateTimeFormat('en', {
  year: 'numeric',
  month: 'short',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

const long = new Intl.DateTimeFormat('en', {
  year: 'numeric',
  month: 'long',
  day: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
  timeZoneName: 'longOffset',
});

const clock = new Intl.DateTimeFormat('en', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

/** `UTC+01:00`, for a column header. `GMT` is what Intl calls it. */
export const zoneOf = (date: Date, format = long) => {
  const offset = format.formatToParts(date).find((part) => part.type === 'timeZoneName')?.value ?? '';
  const digits = offset.replace('GMT', '');
  return `UTC${digits || '+00:00'}`;
};

/** `Nov 23, 2026, 14:29:05`: where a header names the zone. */
export const formatTime = (date: Date) => short.format(date);

/** `November 23, 2026, 14:29:05 (UTC+01:00)`: where the time stands alone. */
export const formatTimeWithZone = (date: Date) => {
  const parts = long.formatToParts(date);
  const text = parts
    .filter((part) => part.type !== 'timeZoneName')
    .map((part) => part.value)
    .join('')
    .replace(' at ', ', ')
    .trim();
  return `${text} (${zoneOf(date)})`;
};

/** `14:29:05`. */
export const formatClock = (date: Date) => clock.format(date);
