import { closeSync, mkdirSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

import { reportRow } from '@drt/contract/report';
import type { CompletionReport } from '@drt/contract/tasks';

import { parseS3Url } from '../associations/resolve.ts';
import type { Context } from '../context.ts';
import type { Source } from '../s3/s3.ts';
import { associationsOf } from '../store/associations.ts';
import { failuresAfter, type TaskRow } from '../store/tasks.ts';

const PAGE = 1000;
const MANY_BYTES = 2 ** 20;

async function writeRows(context: Context, task: TaskRow, file: number): Promise<number> {
  let size = 0;
  let after = '';
  for (;;) {
    const rows = await failuresAfter(context.sql, task.id, after, PAGE);
    const last = rows.at(-1);
    if (!last) return size;
    after = last.path;
    const text = rows.map(({ path, code }) => reportRow(path, code)).join('');
    size += writeSync(file, text);
  }
}

const fileSource = (file: number, size: number): Source => ({
  size,
  read: (into, position) => readSync(file, into, 0, into.length, position),
  confirm: () => undefined,
});

/** Where the report of a task goes. */
export function reportLocation(task: Pick<TaskRow, 'id' | 'type'>, report: CompletionReport) {
  const url = parseS3Url(report.Path ?? '');
  const name = task.type === 'IMPORT_METADATA_FROM_REPOSITORY' ? 'report.csv' : 'failures.csv';
  return url && { bucket: url.bucket, key: `${url.key === '' ? '' : `${url.key}/`}${task.id}/${name}` };
}

/**
 * Writes the completion report of a task that has failures to report and asked for one.
 * @returns why it could not be delivered; undefined when it was, or when there is none to deliver.
 */
export async function deliverReport(context: Context, task: TaskRow, signal: AbortSignal): Promise<string | undefined> {
  // Written from the request.
  const report = JSON.parse(task.report) as CompletionReport;
  if (!report.Enabled || task.failed === 0) return undefined;
  const location = reportLocation(task, report);
  const associations = await associationsOf(context.sql, task.file_system_id);
  const isLinked = associations.some(
    ({ bucket, prefix }) => bucket === location?.bucket && location.key.startsWith(prefix),
  );
  if (!location || !isLinked) return `${report.Path} is not in a linked data repository`;
  // Many failures make a large report: it grows on disk, not in memory.
  const directory = join(context.settings.dataDirectory, 'reports');
  const path = join(directory, `${task.id}-${task.attempt}.csv`);
  mkdirSync(directory, { recursive: true });
  const file = openSync(path, 'w+', 0o600);
  try {
    const size = await writeRows(context, task, file);
    const { bucket, key } = location;
    const s3 = context.s3();
    // An earlier attempt may have been killed in the middle of a report that goes in parts.
    if (size > MANY_BYTES) await s3.abandonUploads(bucket, new Set([key]), new Date(task.created_at)).catch(() => {});
    await s3.put(bucket, key, fileSource(file, size), { contentType: 'text/csv', signal });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    closeSync(file);
    rmSync(path, { force: true });
  }
}
