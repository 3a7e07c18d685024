import { readFileSync } from 'node:fs';

/** A file with a JSON value on each line. */
export interface JsonLines {
  readonly values: unknown[];
  /** Bytes of whole lines; what comes behind is a line that was cut short by a kill. */
  readonly length: number;
}

/** Reads such a file. A line that is no JSON costs itself and not the others, and is warned of. */
export function readJsonLines(path: string): JsonLines {
  const bytes = readFileSync(path);
  const length = bytes.lastIndexOf(0x0a) + 1;
  const values: unknown[] = [];
  const lines = bytes.toString('utf8', 0, length).split('\n').slice(0, -1);
  for (const [at, line] of lines.entries()) {
    try {
      values.push(JSON.parse(line));
    } catch {
      process.emitWarning(`${path}:${at + 1} is damaged and was skipped.`);
    }
  }
  return { values, length };
}
