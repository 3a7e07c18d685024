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
