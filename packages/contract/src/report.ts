/**
 * The completion report of a task (`REPORT_CSV_20191124`): one row `FilePath,FileStatus,ErrorCode` for each entry that
 * failed, without a header row.
 */

/** Per-entry error codes of the FSx user guide ("Troubleshooting failed data repository tasks", "event logs"). */
export const FAILURE_CODES = [
  'PathSizeTooLong',
  'FileSizeTooLarge',
  'S3AccessDenied',
  'S3Error',
  'S3ObjectPathNotPosixCompliant',
  'S3FileDeleted',
  'S3ObjectNotFound',
  'S3ObjectInUnsupportedTier',
  'S3SymlinkInUnsupportedTier',
  'S3ObjectTypeMismatch',
  'ResourceBusy',
  'InternalError',
] as const;
export type FailureCode = (typeof FAILURE_CODES)[number];

/** What a spreadsheet would take for the beginning of a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * One field of the report, quoted as RFC 4180 asks. A field that a spreadsheet would run gets quotation marks of its own
 * inside, as in the worked examples of the FSx user guide: `@f` is written `"""@f"""`.
 */
export const csvField = (value: string): string => {
  const guarded = FORMULA.test(value) ? `"${value}"` : value;
  return /[",\r\n\t]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
};

/** One row of the report, its line end included. */
export const reportRow = (path: string, code: FailureCode): string => `${csvField(path)},failed,${code}\r\n`;

/** A row of a report: an entry and what became of it. */
export interface ReportRow {
  readonly path: string;
  /** `failed`, or `succeeded with warning`. */
  readonly status: string;
  /** Most often a `FailureCode`; AWS may add others. */
  readonly code: string;
}

/** Takes the guard against formulas off again. A name that has such quotation marks itself cannot be told from one. */
const withoutGuard = (field: string) =>
  field.length > 2 && field.startsWith('"') && field.endsWith('"') && FORMULA.test(field[1] ?? '')
    ? field.slice(1, -1)
    : field;

/** Where a field of CSV is being read: before it, in plain text, between quotation marks, behind one of those. */
type Reading = 'start' | 'plain' | 'quoted' | 'quote';

/** Reads CSV as RFC 4180 has it, piece by piece, so that a report of any length needs no more memory than its longest row. */
export class ReportReader {
  #state: Reading = 'start';
  #field = '';
  #fields: string[] = [];

  /**
   * @param text the next piece, which may end anywhere.
   * @returns the rows that it completes.
   * @throws Error when this is no completion report.
   */
  push(text: string): ReportRow[] {
    const rows: ReportRow[] = [];
    for (const character of text) {
      if (this.#state === 'quoted') this.#quoted(character);
      else if (character === '"' && this.#state !== 'plain') this.#quote();
      else if (character === ',') this.#endField();
      else if (character === '\n') rows.push(...this.#endRow());
      else this.#plain(character);
    }
    return rows;
  }

  /** The last row, if no line end follows it. @throws Error when the text ends within quotation marks. */
  end(): ReportRow[] {
    if (this.#state === 'quoted') throw new Error('the last row is not complete');
    return this.#endRow();
  }

  #quoted(character: string) {
    if (character === '"') this.#state = 'quote';
    else this.#field += character;
  }

  /** One at the beginning of a field, or the second of two that stand for one. */
  #quote() {
    if (this.#state === 'quote') this.#field += '"';
    this.#state = 'quoted';
  }

  #plain(character: string) {
    // The first half of a line end, behind a field that is closed already.
    if (this.#state === 'quote' && character === '\r') return;
    this.#field += character;
    this.#state = 'plain';
  }

  #endField() {
    this.#fields.push(this.#field);
    this.#field = '';
    this.#state = 'start';
  }

  #endRow(): ReportRow[] {
    if (this.#state === 'plain') this.#field = this.#field.replace(/\r$/, '');
    this.#endField();
    const [path = '', status, code] = this.#fields;
    const isEmpty = this.#fields.length === 1 && path === '';
    this.#fields = [];
    if (isEmpty) return [];
    if (status === undefined || code === undefined) throw new Error('a row has fewer than three fields');
    return [{ path: withoutGuard(path), status, code }];
  }
}
