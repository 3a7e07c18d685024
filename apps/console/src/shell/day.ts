/** Whole days of a time zone, and the instants at which they begin. */

const HOUR = 3_600_000;

const formatters = new Map<string, Intl.DateTimeFormat>();

const formatterOf = (zone: string) => {
  const known = formatters.get(zone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en', {
    calendar: 'gregory',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    ...(zone === 'browser' ? {} : { timeZone: zone }),
  });
  formatters.set(zone, made);
  return made;
};

/** The day of a zone in which an instant lies, such as `2026-11-23`. */
const dayAt = (at: number, zone: string) => {
  const parts = new Map(
    formatterOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, value]),
  );
  return `${(parts.get('year') ?? '').padStart(4, '0')}-${parts.get('month') ?? ''}-${parts.get('day') ?? ''}`;
};

/** Text that is no instant with a time stays as it is. */
export const dayOf = (instant: string, zone: string) => {
  const at = instant.includes('T') ? Date.parse(instant) : Number.NaN;
  return Number.isNaN(at) ? instant : dayAt(at, zone);
};

/**
 * The instant at which a day such as `2026-11-23` begins in a zone, in ISO 8601; text that is no such day stays as it
 * is. Where the clocks leave midnight out, the day begins later; a day that a zone left out begins with the next one.
 */
export const instantOf = (day: string, zone: string) => {
  const utc = /^\d{4}-\d\d-\d\d$/.test(day) ? Date.parse(`${day}T00:00:00Z`) : Number.NaN;
  // `2026-02-30` is taken for a day of March by some browsers.
  if (Number.isNaN(utc) || new Date(utc).toISOString().slice(0, 10) !== day) return day;
  // No zone was ever further from UTC than that; between the two, whole seconds are searched for the first of the day.
  let before = utc - 16 * HOUR;
  let within = utc + 16 * HOUR;
  while (within - before > 1000) {
    const middle = before + Math.floor((within - before) / 2000) * 1000;
    if (dayAt(middle, zone) < day) before = middle;
    else within = middle;
  }
  return new Date(within).toISOString();
};
