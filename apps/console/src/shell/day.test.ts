import fc from 'fast-check';
import { expect, test } from 'vitest';

import { dayOf, instantOf } from './day.ts';

test.each([
  ['2026-11-23', 'UTC', '2026-11-23T00:00:00.000Z'],
  ['2026-11-23', 'Europe/Berlin', '2026-11-22T23:00:00.000Z'],
  ['2026-07-01', 'Europe/Berlin', '2026-06-30T22:00:00.000Z'],
  ['2026-11-23', 'Pacific/Kiritimati', '2026-11-22T10:00:00.000Z'],
  ['2026-11-23', 'Pacific/Niue', '2026-11-23T11:00:00.000Z'],
  // The day on which the clocks change begins with the offset of before.
  ['2026-03-29', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
  // At midnight the clocks went to one o'clock.
  ['2026-03-29', 'Asia/Beirut', '2026-03-28T22:00:00.000Z'],
  // Samoa went over the date line and had no such day.
  ['2011-12-30', 'Pacific/Apia', '2011-12-30T10:00:00.000Z'],
])('%s begins in %s at %s', (day, zone, instant) => {
  expect(instantOf(day, zone)).toBe(instant);
});

test.each(['', '2026-11', '2026-02-30', '2026-13-01', 'tomorrow', '2026-11-23T00:00:00.000Z'])(
  'what is no whole day stays as it is: %j',
  (text) => {
    expect(instantOf(text, 'Europe/Berlin')).toBe(text);
  },
);

test('what is no instant stays as it is', () => {
  expect(['2026-11', '2026-11-23', 'Tomorrow'].map((text) => dayOf(text, 'UTC'))).toEqual([
    '2026-11',
    '2026-11-23',
    'Tomorrow',
  ]);
});

const zone = fc.constantFrom('UTC', ...Intl.supportedValuesOf('timeZone'));
// Before, zones have left out whole days, and one changed its clocks a minute after midnight.
const instant = fc.date({ min: new Date('2012-01-02'), max: new Date('2099-12-30'), noInvalidDate: true });

test('in every zone a day begins with its first second, changes of the clocks included', () => {
  fc.assert(
    fc.property(zone, instant, (where, at) => {
      const day = dayOf(at.toISOString(), where);
      const begin = Date.parse(instantOf(day, where));
      expect(begin).toBeLessThanOrEqual(at.getTime());
      expect(dayOf(new Date(begin).toISOString(), where)).toBe(day);
      expect(dayOf(new Date(begin - 1000).toISOString(), where) < day).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test('what a filter shows as a day is the day that was chosen', () => {
  fc.assert(
    fc.property(zone, instant, (where, at) => {
      const day = at.toISOString().slice(0, 10);
      expect(dayOf(instantOf(day, where), where)).toBe(day);
    }),
    { numRuns: 500 },
  );
});
