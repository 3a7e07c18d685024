import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { csvField, ReportReader, reportRow } from './report.ts';

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

  test('no name begins a formula', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (name) => !/^[=+\-@\t\r]/.test(csvField(name))));
  });
});

/** All rows of a report that arrives in pieces of these lengths. */
const read = (text: string, lengths: readonly number[] = []) => {
  const reader = new ReportReader();
  const rows = lengths.flatMap((length) => {
    const piece = text.slice(0, length);
    text = text.slice(length);
    return reader.push(piece);
  });
  return [...rows, ...reader.push(text), ...reader.end()];
};

describe('the reader of a report', () => {
  /** Written like the guarded name that it looks like. */
  const isAmbiguous = (name: string) => /^"[=+\-@\t\r].*"$/s.test(name);

  test('reads what was written, however the text is cut', () => {
    const names = fc.array(fc.string({ unit: 'binary', minLength: 1 }).filter((name) => !isAmbiguous(name)));
    fc.assert(
      fc.property(names, fc.array(fc.nat(20)), (paths, lengths) => {
        const text = paths.map((path) => reportRow(path, 'S3Error')).join('');
        expect(read(text, lengths)).toEqual(paths.map((path) => ({ path, status: 'failed', code: 'S3Error' })));
      }),
      { numRuns: 500 },
    );
  });

  test('takes line ends of either kind, a last row without one, empty lines and further fields', () => {
    const row = (path: string) => ({ path, status: 'failed', code: 'S3Error' });
    expect(read('a,failed,S3Error\n"b",failed,"S3Error"\r\n\r\nc,failed,S3Error,more')).toEqual([
      row('a'),
      row('b'),
      row('c'),
    ]);
    expect(read('')).toEqual([]);
  });

  test.each(['<html>\n', 'a,failed\n', '"a,failed,S3Error\n'])('%j is no report', (text) => {
    expect(() => read(text)).toThrow(/row/);
  });
});
