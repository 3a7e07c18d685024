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
