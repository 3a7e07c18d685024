import type { EngineOutput } from '@drt/contract/engine-api';

/** What a spreadsheet would take for the beginning of a formula. */
const FORMULA = /^[=+\-@\t\r]/;

/**
 * One field as the completion report writes it: quoted by RFC 4180, and with quotation marks of its own inside where a
 * spreadsheet would run it: `@f` becomes `"""@f"""`.
 */
export const csvField = (value: string) => {
  const guarded = FORMULA.test(value) ? `"${value}"` : value;
  return /[",\r\n\t]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
};

/** Rows `FilePath,FileStatus,ErrorCode` without a header row, byte for byte as in the completion report. */
export const failuresCsv = (failures: EngineOutput<'ListTaskFailures'>['Failures']) =>
  failures.map(({ Path, Code }) => `${csvField(Path)},failed,${csvField(Code)}\r\n`).join('');
