import type { Input, Output } from '@drt/contract';
import type { DataRepositoryAssociation, S3Configuration } from '@drt/contract/associations';
import { FsxError } from '@drt/contract/errors';

import type { Context } from '../context.ts';
import { associationById, type AssociationRow, associationsAfter, associationsOf } from '../store/associations.ts';
import { fileSystemById } from '../store/file-systems.ts';
import { pageStart, pageToken } from '../store/pages.ts';
import { tagsOf } from '../tags/tags.ts';
import { s3Url } from './resolve.ts';

/** Most associations of one answer: the limit of MaxResults. */
const PAGE = 25;

/** Rows as FSx describes them. */
export async function describeAssociationRows(
  context: Context,
  rows: readonly AssociationRow[],
): Promise<DataRepositoryAssociation[]> {
  const tags = await tagsOf(
    context.sql,
    rows.map((row) => row.id),
  );
  return rows.map((row) => ({
    AssociationId: row.id,
    ResourceARN: context.arn({ kind: 'association', id: row.id, fileSystemId: row.file_system_id }),
    FileSystemId: row.file_system_id,
    Lifecycle: row.lifecycle,
    ...(row.failure === null ? {} : { FailureDetails: { Message: row.failure } }),
    FileSystemPath: `/${row.directory}`,
    DataRepositoryPath: s3Url(row),
    BatchImportMetaDataOnCreate: row.import_on_create === 1,
    ImportedFileChunkSize: row.chunk_size,
    // Written from a decoded request.
    S3: JSON.parse(row.policies) as S3Configuration,
    Tags: tags.get(row.id) ?? [],
    CreationTime: new Date(row.created_at),
  }));
}

/** The file systems to list associations of; undefined: all. */
async function wantedFileSystems(
  context: Context,
  filters: Input<'DescribeDataRepositoryAssociations'>['Filters'] = [],
): Promise<readonly string[] | undefined> {
  let wanted: readonly string[] | undefined;
  for (const { Name, Values } of filters) {
    if (Name === 'file-system-id') {
      for (const id of Values) {
        if (!(await fileSystemById(context.sql, id))) {
          throw new FsxError('FileSystemNotFound', `There is no file system ${id}.`);
        }
      }
      wanted = Values;
    } else if (Name === 'data-repository-type') {
      if (Values.some((value) => value !== 'S3')) {
        throw new FsxError('InvalidDataRepositoryType', 'Data repositories of the type S3 are supported, no others.');
      }
    } else {
      throw new FsxError(
        'BadRequest',
        `Filter ${Name} does not apply to these associations. Valid names: file-system-id, data-repository-type.`,
      );
    }
  }
  return wanted;
}

async function describeByIds(context: Context, ids: readonly string[]) {
  const rows: AssociationRow[] = [];
  for (const id of new Set(ids)) {
    const row = await associationById(context.sql, id);
    if (!row) {
      throw new FsxError('DataRepositoryAssociationNotFound', `There is no data repository association ${id}.`);
    }
    rows.push(row);
  }
  return { Associations: await describeAssociationRows(context, rows) };
}

/** Oldest first. */
export async function describeDataRepositoryAssociations(
  context: Context,
  input: Input<'DescribeDataRepositoryAssociations'>,
): Promise<Output<'DescribeDataRepositoryAssociations'>> {
  if (input.AssociationIds && input.AssociationIds.length > 0) return describeByIds(context, input.AssociationIds);
  const request = input.Filters ?? [];
  const after = pageStart(request, input.NextToken, [-1, ''] as readonly [number, string]);
  const size = input.MaxResults ?? PAGE;
  const fileSystems = await wantedFileSystems(context, input.Filters);
  const isBehind = (row: AssociationRow) =>
    row.created_at > after[0] || (row.created_at === after[0] && row.id > after[1]);
  const rows = fileSystems
    ? (await Promise.all(fileSystems.map((id) => associationsOf(context.sql, id)))).flat().filter(isBehind)
    : await associationsAfter(context.sql, after, size + 1);
  const page = rows.slice(0, size);
  const last = page.at(-1);
  return {
    Associations: await describeAssociationRows(context, page),
    ...(last && rows.length > size ? { NextToken: pageToken(request, [last.created_at, last.id]) } : {}),
  };
}
