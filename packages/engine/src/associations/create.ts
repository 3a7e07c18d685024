import { randomBytes } from 'node:crypto';

import type { Input, Output } from '@drt/contract';
import { MAX_ASSOCIATIONS, type S3Configuration } from '@drt/contract/associations';
import { clip, FsxError } from '@drt/contract/errors';

import type { Context } from '../context.ts';
import { openRoot } from '../file-systems/root.ts';
import { S3Failure } from '../s3/failure.ts';
import {
  associationById,
  type AssociationRow,
  associationsOf,
  insertAssociation,
  setAssociationLifecycle,
} from '../store/associations.ts';
import { lockFileSystem } from '../store/file-systems.ts';
import { remember, replayed } from '../store/requests.ts';
import { putTags } from '../tags/tags.ts';
import { insertPendingTask } from '../tasks/create.ts';
import { describeAssociationRows } from './describe.ts';
import { normalizePath, parseS3Url, s3Url, treePathOf } from './resolve.ts';

type Request = Input<'CreateDataRepositoryAssociation'>;

const OPERATION = 'CreateDataRepositoryAssociation';

/** FSx's default, in MiB. */
const CHUNK_SIZE = 1024;

interface Link {
  readonly directory: string;
  readonly bucket: string;
  readonly prefix: string;
}

/** @throws FsxError when the two paths are no paths. */
function linkOf({ FileSystemPath = '/', DataRepositoryPath }: Request): Link {
  const directory = normalizePath(FileSystemPath);
  if (!FileSystemPath.startsWith('/') || directory === undefined) {
    throw new FsxError('BadRequest', 'FileSystemPath must begin with "/" and must not contain "..".');
  }
  const url = parseS3Url(DataRepositoryPath);
  if (!url) throw new FsxError('BadRequest', 'DataRepositoryPath must have the form s3://bucket/prefix/.');
  return { directory, bucket: url.bucket, prefix: url.key === '' ? '' : `${url.key}/` };
}

const overlap = (one: string, other: string) => {
  const [a, b] = [`${one}/`.replace(/^\/$/, ''), `${other}/`.replace(/^\/$/, '')];
  return a.startsWith(b) || b.startsWith(a);
};

/** @throws FsxError when the link gets in the way of one that is there. */
function checkAgainst(link: Link, others: readonly AssociationRow[], fileSystemId: string): void {
  if (others.length >= MAX_ASSOCIATIONS) {
    throw new FsxError(
      'BadRequest',
      `File system ${fileSystemId} has ${MAX_ASSOCIATIONS} associations, the most there can be.`,
    );
  }
  const sameDirectory = others.find((other) => overlap(link.directory, other.directory));
  if (sameDirectory) {
    throw new FsxError(
      'BadRequest',
      `FileSystemPath /${link.directory} overlaps /${sameDirectory.directory} of association ${sameDirectory.id}.`,
    );
  }
  const sameRepository = others.find(
    (other) => other.bucket === link.bucket && overlap(link.prefix.slice(0, -1), other.prefix.slice(0, -1)),
  );
  if (sameRepository) {
    throw new FsxError(
      'BadRequest',
      `DataRepositoryPath ${s3Url(link)} overlaps ${s3Url(sameRepository)} of association ${sameRepository.id}.`,
    );
  }
}

/** Links a directory to a bucket or prefix. A worker makes the directory and looks for the bucket (CREATING). */
export async function createDataRepositoryAssociation(
  context: Context,
  input: Request,
): Promise<Output<'CreateDataRepositoryAssociation'>> {
  const link = linkOf(input);
  const { ClientRequestToken: token, Tags: tags = [], ...rest } = input;
  const body = { ...rest, Tags: tags };
  const policies: S3Configuration = input.S3 ?? {};
  const id = await context.sql.transaction(async (tx) => {
    const earlier = await replayed(tx, OPERATION, token, body);
    if (earlier) return earlier;
    const fileSystem = await lockFileSystem(tx, input.FileSystemId);
    if (!fileSystem) throw new FsxError('FileSystemNotFound', `There is no file system ${input.FileSystemId}.`);
    if (fileSystem.lifecycle !== 'AVAILABLE' && fileSystem.lifecycle !== 'CREATING') {
      throw new FsxError('BadRequest', `File system ${fileSystem.id} is ${fileSystem.lifecycle}.`);
    }
    checkAgainst(link, await associationsOf(tx, fileSystem.id), fileSystem.id);
    const fresh = `dra-${randomBytes(9).toString('hex').slice(0, 17)}`;
    await insertAssociation(tx, {
      id: fresh,
      file_system_id: fileSystem.id,
      created_at: context.now(),
      lifecycle: 'CREATING',
      failure: null,
      ...link,
      import_on_create: input.BatchImportMetaDataOnCreate ? 1 : 0,
      chunk_size: input.ImportedFileChunkSize ?? CHUNK_SIZE,
      policies: JSON.stringify(policies),
    });
    await putTags(tx, fresh, tags);
    await remember(tx, OPERATION, token, body, fresh, context.now());
    await context.jobs.enqueue(tx, [{ kind: 'create-association', id: fresh }]);
    return fresh;
  });
  const row = await associationById(context.sql, id);
  if (!row) throw new FsxError('BadRequest', `Association ${id}, made with this ClientRequestToken, was deleted.`);
  const [association] = await describeAssociationRows(context, [row]);
  return association ? { Association: association } : {};
}

/** Why the link does not work as it is; undefined when it does. */
async function misconfiguration(context: Context, row: AssociationRow): Promise<string | undefined> {
  using root = await openRoot(context, row.file_system_id);
  if ('problem' in root) return root.problem;
  try {
    root.tree.makeDirectories(treePathOf(row, ''));
    await context.s3().headBucket(row.bucket);
    return undefined;
  } catch (error) {
    if (error instanceof S3Failure) return `Bucket ${row.bucket} cannot be used: ${error.message}.`;
    return `Directory /${row.directory} cannot be made: ${error instanceof Error ? error.message : String(error)}.`;
  }
}

/** The worker's part: AVAILABLE, or MISCONFIGURED with the reason; then the import that was asked for. */
export async function establishAssociation(context: Context, { id }: { readonly id: string }): Promise<void> {
  const row = await associationById(context.sql, id);
  if (row?.lifecycle !== 'CREATING') return;
  const reason = await misconfiguration(context, row);
  await context.sql.transaction(async (tx) => {
    await setAssociationLifecycle(
      tx,
      id,
      reason === undefined ? 'AVAILABLE' : 'MISCONFIGURED',
      reason ? clip(reason) : null,
    );
    if (reason !== undefined || row.import_on_create === 0) return;
    await insertPendingTask(context, tx, {
      Type: 'IMPORT_METADATA_FROM_REPOSITORY',
      FileSystemId: row.file_system_id,
      Paths: [s3Url(row)],
      Report: { Enabled: false },
    });
  });
}
