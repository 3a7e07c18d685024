import type { EngineInput, EngineOutput } from '@drt/contract/engine-api';
import { FsxError } from '@drt/contract/errors';
import { ReportReader, type ReportRow } from '@drt/contract/report';
import type { TaskJson } from '@drt/contract/task-list';

import { FsxCallError } from './fsx-client.ts';
import type { S3Objects } from './s3-objects.ts';

type Failures = EngineOutput<'ListTaskFailures'>;

/** The rows of one completion report, each path once, in the order of paths. */
interface Report {
  readonly rows: readonly ReportRow[];
  readonly isTruncated: boolean;
}

/** What is kept of one report at most. */
interface Bounds {
  readonly rows: number;
  readonly bytes: number;
}

const BOUNDS: Bounds = { rows: 100_000, bytes: 32 * 1024 * 1024 };

/** Reports that are kept for the next page of their rows. They do not change once the task has ended. */
const KEPT = 4;
const PAGE = 100;

const ENDED: ReadonlySet<string> = new Set(['SUCCEEDED', 'FAILED', 'CANCELED']);

export interface Reports {
  /**
   * What the completion report of a task says, in the shape in which the engine tells it.
   * @throws FsxError, FsxCallError for a report that there is not, or cannot be read.
   */
  failuresOf(task: TaskJson, input: EngineInput<'ListTaskFailures'>): Promise<Failures>;
}

const hasHeader = ({ path, code }: ReportRow) => /^filepath$/i.test(path.trim()) && /^errorcode$/i.test(code.trim());

const unreadable = (where: string, cause: unknown) => {
  const message = `What is at ${where} is not a completion report: ${cause instanceof Error ? cause.message : 'unknown'}`;
  return new FsxCallError(502, { code: 'ReportUnreadable', message }, cause);
};

/** Reads as much as is kept; the rest of the object is not even fetched. */
const readRows = async (body: AsyncIterable<Uint8Array>, where: string, bounds: Bounds): Promise<Report> => {
  const reader = new ReportReader();
  const decoder = new TextDecoder();
  // A file that was tried twice has two rows; the last one holds.
  const byPath = new Map<string, ReportRow>();
  let bytes = 0;
  let isTruncated = false;
  const take = (read: () => readonly ReportRow[]) => {
    try {
      for (const row of read()) if (!hasHeader(row)) byPath.set(row.path, row);
    } catch (error) {
      throw unreadable(where, error);
    }
  };
  for await (const piece of body) {
    take(() => reader.push(decoder.decode(piece, { stream: true })));
    bytes += piece.length;
    isTruncated = bytes >= bounds.bytes || byPath.size > bounds.rows;
    if (isTruncated) break;
  }
  if (!isTruncated) take(() => [...reader.push(decoder.decode()), ...reader.end()]);
  const rows = [...byPath.values()].slice(0, bounds.rows).toSorted((a, b) => (a.path < b.path ? -1 : 1));
  return { rows, isTruncated };
};

/** `s3://bucket/prefix` and the task's own folder in it. */
const locationOf = ({ TaskId, Type, Report: report }: TaskJson) => {
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(report?.Path ?? '') ?? [];
  if (bucket === undefined) return undefined;
  const name = Type === 'IMPORT_METADATA_FROM_REPOSITORY' ? 'report.csv' : 'failures.csv';
  const folder = prefix.replace(/\/+$/, '');
  return { bucket, key: `${folder === '' ? '' : `${folder}/`}${TaskId}/${name}` };
};

const pageOf = (
  { rows, isTruncated }: Report,
  { Code, After = '', MaxResults = PAGE }: EngineInput<'ListTaskFailures'>,
): Failures => {
  const counts = new Map<string, number>();
  for (const { code } of rows) counts.set(code, (counts.get(code) ?? 0) + 1);
  const found = rows.filter(({ path, code }) => path > After && (Code === undefined || code === Code));
  return {
    Failures: found.slice(0, MaxResults).map(({ path, status, code }) => ({
      Path: path,
      // An open enum: AWS may have added a code.
      Code: code as Failures['Failures'][number]['Code'],
      Detail: status === 'failed' ? '' : status,
    })),
    Codes: [...counts]
      .toSorted(([a, many], [b, more]) => more - many || (a < b ? -1 : 1))
      // As above.
      .map(([code, count]) => ({ Code: code as Failures['Codes'][number]['Code'], Count: count })),
    More: found.length > MaxResults,
    ...(isTruncated ? { Truncated: true } : {}),
  };
};

/** The completion reports that real FSx has put into S3. */
export const openReports = (s3: Pick<S3Objects, 'read'>, bounds: Bounds = BOUNDS): Reports => {
  const kept = new Map<string, Promise<Report>>();

  const fetchReport = async (task: TaskJson): Promise<Report> => {
    const at = locationOf(task);
    const body = at && (await s3.read(at.bucket, at.key));
    if (!body) {
      const where = at ? `s3://${at.bucket}/${at.key}` : (task.Report?.Path ?? 'the path of the task');
      const message = `There is no completion report at ${where}`;
      throw new FsxCallError(404, { code: 'ReportNotFound', message });
    }
    return readRows(body, `s3://${at.bucket}/${at.key}`, bounds);
  };

  const reportOf = (task: TaskJson): Promise<Report> => {
    const known = kept.get(task.TaskId);
    const report = known ?? fetchReport(task);
    // The one that was asked for longest ago goes first.
    kept.delete(task.TaskId);
    kept.set(task.TaskId, report);
    for (const oldest of kept.keys()) if (kept.size > KEPT) kept.delete(oldest);
    report.catch(() => kept.get(task.TaskId) === report && kept.delete(task.TaskId));
    return report;
  };

  return {
    async failuresOf(task, input) {
      if (task.Report?.Enabled !== true) {
        const message =
          'The completion report of this task is disabled, and FSx tells nowhere else which files failed.';
        throw new FsxError('UnsupportedOperation', message);
      }
      if (!ENDED.has(task.Lifecycle)) {
        throw new FsxError('UnsupportedOperation', 'FSx writes the completion report when the task has ended.');
      }
      return pageOf(await reportOf(task), input);
    },
  };
};
