import { randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';

import type { Input, Output } from '@drt/contract';
import { FsxError } from '@drt/contract/errors';

import type { Context } from '../context.ts';
import { fileSystemById, fileSystemByRoot, insertFileSystem } from '../store/file-systems.ts';
import { remember, replayed } from '../store/requests.ts';
import { putTags } from '../tags/tags.ts';
import { describeFileSystemRows } from './describe.ts';
import type { FileSystemSettings } from './settings.ts';

type Request = Input<'CreateFileSystem'>;

const OPERATION = 'CreateFileSystem';

/** Tag that names a directory to adopt instead of making one. */
const ROOT_TAG = 'drt:root';

function checkRequest(input: Request): void {
  if (input.FileSystemType !== 'LUSTRE') {
    throw new FsxError('BadRequest', `FileSystemType ${input.FileSystemType} is not supported. Supported: LUSTRE.`);
  }
  const foreign = (['WindowsConfiguration', 'OntapConfiguration', 'OpenZFSConfiguration'] as const).find(
    (name) => input[name] !== undefined,
  );
  if (foreign) throw new FsxError('BadRequest', `${foreign} does not belong to a LUSTRE file system.`);
  if (input.StorageCapacity === undefined && input.StorageType !== 'INTELLIGENT_TIERING') {
    throw new FsxError('BadRequest', 'StorageCapacity is required, in GiB.');
  }
  const legacy = (['ImportPath', 'ExportPath', 'AutoImportPolicy', 'ImportedFileChunkSize'] as const).find(
    (name) => input.LustreConfiguration?.[name] !== undefined,
  );
  if (legacy) {
    throw new FsxError(
      'BadRequest',
      `LustreConfiguration.${legacy} is not supported. Link a data repository with CreateDataRepositoryAssociation.`,
    );
  }
}

/** @throws FsxError unless the directory is one that may be adopted, as far as its name tells. */
function checkRoot(context: Context, root: string): string {
  const { fileSystemRoots } = context.settings;
  if (!isAbsolute(root) || normalize(root) !== root || root.endsWith('/')) {
    throw new FsxError(
      'BadRequest',
      `Tag ${ROOT_TAG} must be an absolute directory without "..", "//" or a slash at its end.`,
    );
  }
  if (!fileSystemRoots.some((allowed) => root.startsWith(`${allowed.replace(/\/$/, '')}/`))) {
    const allowed = fileSystemRoots.length > 0 ? fileSystemRoots.join(', ') : 'none, FILE_SYSTEM_ROOTS is not set';
    throw new FsxError('BadRequest', `${root} is not below a directory of FILE_SYSTEM_ROOTS (${allowed}).`);
  }
  return root;
}

/**
 * Makes a file system: a new directory, which is there at once, or one adopted by tag, which a worker looks at first
 * (CREATING), because the process that answers the API never touches a data file system.
 */
export async function createFileSystem(context: Context, input: Request): Promise<Output<'CreateFileSystem'>> {
  checkRequest(input);
  const { ClientRequestToken: token, Tags: tags = [], ...rest } = input;
  const body = { ...rest, Tags: tags };
  const adopted = tags.find(({ Key }) => Key === ROOT_TAG)?.Value;
  if (adopted !== undefined) checkRoot(context, adopted);
  const settings: FileSystemSettings = rest;

  const id = await context.sql.transaction(async (tx) => {
    const earlier = await replayed(tx, OPERATION, token, body);
    if (earlier) return earlier;
    const fresh = `fs-${randomBytes(9).toString('hex').slice(0, 17)}`;
    const root = adopted ?? join(context.settings.dataDirectory, 'file-systems', fresh);
    const holder = await fileSystemByRoot(tx, root);
    if (holder) throw new FsxError('BadRequest', `${root} is already the directory of file system ${holder.id}.`);
    await insertFileSystem(tx, {
      id: fresh,
      created_at: context.now(),
      lifecycle: adopted === undefined ? 'AVAILABLE' : 'CREATING',
      failure: null,
      root,
      adopted: adopted === undefined ? 0 : 1,
      identity: null,
      settings: JSON.stringify(settings),
    });
    await putTags(tx, fresh, tags);
    await remember(tx, OPERATION, token, body, fresh, context.now());
    if (adopted === undefined) mkdirSync(root, { recursive: true });
    else await context.jobs.enqueue(tx, [{ kind: 'adopt-file-system', id: fresh }]);
    return fresh;
  });
  const row = await fileSystemById(context.sql, id);
  if (!row) throw new FsxError('BadRequest', `File system ${id}, made with this ClientRequestToken, was deleted.`);
  const [fileSystem] = await describeFileSystemRows(context, [row]);
  return fileSystem ? { FileSystem: fileSystem } : {};
}
