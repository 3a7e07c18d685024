import { basename, dirname } from 'node:path';

import type { Input, Output } from '@drt/contract';
import { FsxError } from '@drt/contract/errors';

import type { Context } from '../context.ts';
import { openTree } from '../posix/tree.ts';
import { associationsOf, deleteAssociationRow } from '../store/associations.ts';
import { deleteFileSystemRow, fileSystemById, lockFileSystem, setFileSystemLifecycle } from '../store/file-systems.ts';
import { activeTaskOf } from '../store/tasks.ts';

/** Refused while a task is not finished. Its associations go with it; its tasks stay. */
export async function deleteFileSystem(
  context: Context,
  { FileSystemId: id, WindowsConfiguration, OpenZFSConfiguration }: Input<'DeleteFileSystem'>,
): Promise<Output<'DeleteFileSystem'>> {
  if (WindowsConfiguration !== undefined || OpenZFSConfiguration !== undefined) {
    throw new FsxError('BadRequest', 'Only LustreConfiguration can be given for a LUSTRE file system.');
  }
  await context.sql.transaction(async (tx) => {
    const row = await lockFileSystem(tx, id);
    if (!row) throw new FsxError('FileSystemNotFound', `There is no file system ${id}.`);
    if (row.lifecycle === 'DELETING') return;
    const active = await activeTaskOf(tx, id);
    if (active) {
      throw new FsxError(
        'BadRequest',
        `Task ${active.id} of file system ${id} is ${active.lifecycle}. Wait for its end or cancel it first.`,
      );
    }
    for (const association of await associationsOf(tx, id)) await deleteAssociationRow(tx, association.id);
    await setFileSystemLifecycle(tx, id, 'DELETING');
    await context.jobs.enqueue(tx, [{ kind: 'delete-file-system', id }]);
  });
  return { FileSystemId: id, Lifecycle: 'DELETING' };
}

/** The worker's part: the data of a directory that was made here goes, an adopted one stays as it is. */
export async function removeFileSystem(context: Context, { id }: { readonly id: string }): Promise<void> {
  const row = await fileSystemById(context.sql, id);
  if (!row) return;
  if (row.adopted === 0) {
    using parent = openTree(dirname(row.root));
    if (parent.lstat(basename(row.root))) parent.removeTree(basename(row.root));
  }
  await context.sql.transaction(async (tx) => {
    await tx.query('DELETE FROM tags WHERE resource_id = $1', [id]);
    await deleteFileSystemRow(tx, id);
  });
}
