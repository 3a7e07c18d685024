import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { csvField, reportRow } from './report.ts';

/** A reader of RFC 4180, as spreadsheets have one. */
const readCsv = (text: string): string[][] => {
  const rows: string[][] = [];
  let row: string[] = [];
  let field = '';
  let isQuoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (isQuoted) {
      if (character === '"' && text[index + 1] === '"') {
        field += '"';
        index += 1;
      } else if (character === '"') isQuoted = false;
      else field += character;
    } else if (character === '"') isQuoted = true;
    else if (character === ',') {
      row.push(field);
      field = '';
    } else if (character === '\r' && text[index + 1] === '\n') {
      rows.push([...row, field]);
      [row, field] = [[], ''];
      index += 1;
    } else field += character;
  }
  return rows;
};

describe('a field of the report', () => {
  test.each([
    ['path1/file', 'path1/file'],
    ['@f', '"""@f"""'],
    ['+f', '"""+f"""'],
    ['-f', '"""-f"""'],
    ['=f', '"""=f"""'],
    ['=f"', '"""=f"""""'],
    ['f,n', '"f,n"'],
    ['f"n', '"f""n"'],
    ['\tf', '"""\tf"""'],
    ['a\nb', '"a\nb"'],
  ])('%j is written %j', (value, written) => {
    expect(csvField(value)).toBe(written);
  });

  test('whatever the names, rows parse to them, and no line begins a formula', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1 }), (names) => {
        const text = names.map((name) => reportRow(name, 'InternalError')).join('');
        const guarded = (name: string) => (/^[=+\-@\t\r]/.test(name) ? `"${name}"` : name);
        expect(readCsv(text)).toEqual(names.map((name) => [guarded(name), 'failed', 'InternalError']));
        for (const name of names) expect(csvField(name)).not.toMatch(/^[=+\-@\t\r]/);
      }),
      { numRuns: 500 },
    );
  });
});
