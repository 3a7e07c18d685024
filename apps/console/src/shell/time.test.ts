import { afterEach, expect, test, vi } from 'vitest';

import { changeSettings } from './settings.ts';
import { formatClock, formatTime, formatTimeWithZone, zoneOf } from './time.ts';

afterEach(() => {
  vi.useRealTimers();
  changeSettings({ zone: 'browser' });
});

const WINTER = new Date('2026-01-15T12:00:00Z');
const SUMMER = new Date('2026-07-15T12:00:00Z');

test('a zone is named by its offset at that time', () => {
  const inZone = (zone: string) => {
    changeSettings({ zone });
    return zoneOf(WINTER);
  };
  expect(['UTC', 'Europe/Berlin', 'Asia/Kolkata', 'America/New_York'].map(inZone)).toEqual([
    'UTC+00:00',
    'UTC+01:00',
    'UTC+05:30',
    'UTC-05:00',
  ]);
});

test('a time is absolute, to the second, and says its zone where it stands alone', () => {
  const time = new Date(2026, 10, 3, 4, 5, 6);
  vi.useFakeTimers({ now: time });
  expect(formatTime(time)).toBe('Nov 3, 2026, 04:05:06');
  expect(formatClock(time)).toBe('04:05:06');
  expect(formatTimeWithZone(time)).toBe(`November 3, 2026, 04:05:06 (${zoneOf(time)})`);
  expect(formatTime(new Date(2026, 10, 3, 0, 0, 0))).toBe('Nov 3, 2026, 00:00:00');
});

test('times follow the zone that was chosen', () => {
  vi.useFakeTimers({ now: WINTER });
  changeSettings({ zone: 'America/New_York' });
  expect(formatTime(WINTER)).toBe('Jan 15, 2026, 07:00:00');
  changeSettings({ zone: 'Asia/Kolkata' });
  expect(formatClock(WINTER)).toBe('17:30:00');
  expect(formatTimeWithZone(WINTER)).toBe('January 15, 2026, 17:30:00 (UTC+05:30)');
});

test('in a table, a time beyond a change of the clocks says its own offset', () => {
  vi.useFakeTimers({ now: WINTER });
  changeSettings({ zone: 'Europe/Berlin' });
  expect(zoneOf()).toBe('UTC+01:00');
  expect(formatTime(WINTER)).toBe('Jan 15, 2026, 13:00:00');
  expect(formatTime(SUMMER)).toBe('Jul 15, 2026, 14:00:00 (+02:00)');
});
