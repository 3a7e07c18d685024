import type { DataRepositoryTask } from '@aws-sdk/client-fsx';

/** Rules about the completion report: R1 to R5. */

/** The codes of the FSx user guide, written down again: a checker trusts nothing of what it checks. */
const CODES: ReadonlySet<string> = new Set([
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
]);

/** One row of exactly three fields as RFC 4180 has them, from where the last one ended. */
const FIELD = '(?:"((?:[^"]|"")*)"|([^",\\r\\n]*))';
const ROW = new RegExp(`${FIELD},${FIELD},${FIELD}\\r\\n`, 'y');

/** The rows of a report; undefined when it is not one. */
const rowsOf = (report: string): string[][] | undefined => {
  const rows: string[][] = [];
  ROW.lastIndex = 0;
  for (let at = 0; at < report.length; at = ROW.lastIndex) {
    const match = ROW.exec(report);
    if (!match) return undefined;
    rows.push([1, 3, 5].map((group) => match[group]?.replaceAll('""', '"') ?? match[group + 1] ?? ''));
  }
  return rows;
};

/** What rows that can be read break. */
const contents = (rows: readonly (readonly string[])[], failed: number): string[] => {
  const problems: string[] = [];
  const failures = rows.filter(([, status]) => status === 'failed');
  if (failures.length !== failed) problems.push(`R2: ${failures.length} failed rows, and FailedCount is ${failed}.`);
  const paths = rows.map(([path = '']) => path);
  const twice = paths.find((path, at) => paths.indexOf(path) !== at);
  if (twice !== undefined) problems.push(`R3: ${twice} is in the report twice.`);
  const unknown = rows.find(([, , code = '']) => !CODES.has(code));
  if (unknown) problems.push(`R4: ${unknown[2]} is no code of the documentation.`);
  return problems;
};

export const reportViolations = (report: string | undefined, task: DataRepositoryTask): string[] => {
  const failed = task.Status?.FailedCount ?? 0;
  if (report === undefined) {
    const isDue = task.Report?.Enabled === true && failed > 0 && task.Lifecycle !== 'CANCELED';
    return isDue ? [`R2: ${failed} failed and there is no report.`] : [];
  }
  const formula = report.split('\n').find((line) => /^[@+\-=\t\r]/.test(line));
  const begins = formula === undefined ? [] : [`R5: a line begins as a formula does: ${formula.slice(0, 40)}`];
  const rows = rowsOf(report);
  return [...begins, ...(rows ? contents(rows, failed) : ['R1: the report is not CSV with three fields a row.'])];
};
