import { expect, test } from 'vitest';

import { readPreferences } from './preferences.ts';

const columns = [{ id: 'id' }, { id: 'status' }, { id: 'paths', hidden: true }];

const defaults = {
  pageSize: 20,
  wrapLines: false,
  stripedRows: false,
  contentDensity: 'comfortable',
  stickyFirst: false,
  stickyLast: false,
  contentDisplay: [
    { id: 'id', visible: true },
    { id: 'status', visible: true },
    { id: 'paths', visible: false },
  ],
  widths: {},
};

test.each([[null], ['not JSON'], ['[]'], ['null'], ['{"pageSize": 1e9, "widths": {"id": -1, "status": "wide"}}']])(
  'storage that holds %j shows the table as it comes',
  (text) => {
    expect(readPreferences(text, columns)).toEqual(defaults);
  },
);

test('what the user chose comes back', () => {
  const chosen = {
    ...defaults,
    pageSize: 50,
    contentDensity: 'compact',
    stripedRows: true,
    stickyLast: true,
    widths: { id: 300 },
  };
  expect(readPreferences(JSON.stringify(chosen), columns)).toEqual(chosen);
});

test('columns keep their stored order; a column that is new to this browser joins at the end, an old one leaves', () => {
  const stored = {
    contentDisplay: [
      { id: 'paths', visible: true },
      { id: 'gone', visible: true },
      { id: 'id', visible: false },
      { id: 'id', visible: true },
    ],
  };
  expect(readPreferences(JSON.stringify(stored), columns).contentDisplay).toEqual([
    { id: 'paths', visible: true },
    { id: 'id', visible: false },
    { id: 'status', visible: true },
  ]);
});
