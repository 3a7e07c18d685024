import type { Input, Output } from '@drt/contract';
import type { EngineInput, EngineOutput } from '@drt/contract/engine-api';
import { FsxError } from '@drt/contract/errors';
import type { FileSystem } from '@drt/contract/file-systems';

import type { Context } from '../context.ts';
import { fileSystemById, type FileSystemRow, fileSystemsAfter } from '../store/file-systems.ts';
import { pageStart, pageToken } from '../store/pages.ts';
import { tagsOf } from '../tags/tags.ts';
import type { FileSystemSettings } from './settings.ts';

/** Most file systems of one answer (the API model's limit of FileSystems). */
const PAGE = 50;

/** What a real file system has and a directory has not: names that are valid and lead nowhere. */
const MOUNT_NAME = 'fsx';

const describeRow = (context: Context, row: FileSystemRow): FileSystem => {
  // Written by CreateFileSystem from a decoded request.
  const settings = JSON.parse(row.settings) as FileSystemSettings;
  const { LustreConfiguration: lustre = {} } = settings;
  return {
    OwnerId: context.settings.account,
    CreationTime: new Date(row.created_at),
    FileSystemId: row.id,
    FileSystemType: 'LUSTRE',
    Lifecycle: row.lifecycle,
    ...(row.failure === null ? {} : { FailureDetails: { Message: row.failure } }),
    ...(settings.StorageCapacity === undefined ? {} : { StorageCapacity: settings.StorageCapacity }),
    StorageType: settings.StorageType ?? 'SSD',
    SubnetIds: settings.SubnetIds,
    DNSName: `${row.id}.fsx.${context.settings.region}.amazonaws.com`,
    ...(settings.KmsKeyId === undefined ? {} : { KmsKeyId: settings.KmsKeyId }),
    ResourceARN: context.arn({ kind: 'file-system', id: row.id }),
    FileSystemTypeVersion: settings.FileSystemTypeVersion ?? '2.15',
    LustreConfiguration: { ...lustre, DeploymentType: lustre.DeploymentType ?? 'SCRATCH_2', MountName: MOUNT_NAME },
  };
};

/** Rows as FSx describes them. */
export async function describeFileSystemRows(context: Context, rows: readonly FileSystemRow[]): Promise<FileSystem[]> {
  const tags = await tagsOf(
    context.sql,
    rows.map((row) => row.id),
  );
  return rows.map((row) => ({ ...describeRow(context, row), Tags: tags.get(row.id) ?? [] }));
}

/** Newest first. */
export async function describeFileSystems(
  context: Context,
  input: Input<'DescribeFileSystems'>,
): Promise<Output<'DescribeFileSystems'>> {
  if (input.FileSystemIds && input.FileSystemIds.length > 0) {
    const rows: FileSystemRow[] = [];
    for (const id of new Set(input.FileSystemIds)) {
      const row = await fileSystemById(context.sql, id);
      if (!row) throw new FsxError('FileSystemNotFound', `There is no file system ${id}.`);
      rows.push(row);
    }
    return { FileSystems: await describeFileSystemRows(context, rows) };
  }
  const first = [Number.MAX_SAFE_INTEGER, ''] as readonly [number, string];
  const after = pageStart(OPERATION, input.NextToken, first);
  const size = Math.min(input.MaxResults ?? PAGE, PAGE);
  const rows = await fileSystemsAfter(context.sql, after, size + 1);
  const page = rows.slice(0, size);
  const last = page.at(-1);
  return {
    FileSystems: await describeFileSystemRows(context, page),
    ...(last && rows.length > size ? { NextToken: pageToken(OPERATION, [last.created_at, last.id]) } : {}),
  };
}

/** Beyond FSx: the directory that a file system is. */
export async function describeFileSystemDirectory(
  context: Context,
  { FileSystemId: id }: EngineInput<'DescribeFileSystemDirectory'>,
): Promise<EngineOutput<'DescribeFileSystemDirectory'>> {
  const row = await fileSystemById(context.sql, id);
  if (!row) throw new FsxError('FileSystemNotFound', `There is no file system ${id}.`);
  return { Directory: row.root, Adopted: row.adopted === 1 };
}

const OPERATION = 'DescribeFileSystems';
