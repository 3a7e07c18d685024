import { expect, test } from 'vitest';

import { formatClock, formatTime, formatTimeWithZone, zoneOf } from './time.ts';

const inZone = (timeZone: string) =>
  zoneOf(
    new Date('2026-01-15T12:00:00Z'),
    new Intl.DateTimeFormat('en', { year: 'numeric', timeZoneName: 'longOffset', timeZone }),
  );

test('a zone is named by its offset at that time', () => {
  expect(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York'].map(inZone)).toEqual([
    'UTC+00:00',
    'UTC+01:00',
    'UTC+05:30',
    'UTC-05:00',
  ]);
});

test('a time is absolute, to the second, and says its zone where it stands alone', () => {
  const time = new Date(2026, 10, 3, 4, 5, 6);
  expect(formatTime(time)).toBe('Nov 3, 2026, 04:05:06');
  expect(formatClock(time)).toBe('04:05:06');
  expect(formatTimeWithZone(time)).toBe(`November 3, 2026, 04:05:06 (${zoneOf(time)})`);
  expect(formatTime(new Date(2026, 10, 3, 0, 0, 0))).toBe('Nov 3, 2026, 00:00:00');
});
