import type { Input, Output } from '@drt/contract';
import { clip, FsxError } from '@drt/contract/errors';

import type { Context } from '../context.ts';
import { openRoot } from '../file-systems/root.ts';
import type { Tree } from '../posix/tree.ts';
import { associationById, deleteAssociationRow, setAssociationLifecycle } from '../store/associations.ts';
import { lockFileSystem } from '../store/file-systems.ts';
import { activeTaskOfAssociation } from '../store/tasks.ts';

/** Unlinks. Refused while a task works on the association, so that nothing is written under a link that is gone. */
export async function deleteDataRepositoryAssociation(
  context: Context,
  { AssociationId: id, DeleteDataInFileSystem: deleteData = false }: Input<'DeleteDataRepositoryAssociation'>,
): Promise<Output<'DeleteDataRepositoryAssociation'>> {
  await context.sql.transaction(async (tx) => {
    const row = await associationById(tx, id);
    if (!row) {
      throw new FsxError('DataRepositoryAssociationNotFound', `There is no data repository association ${id}.`);
    }
    await lockFileSystem(tx, row.file_system_id);
    const active = await activeTaskOfAssociation(tx, id);
    if (active) {
      throw new FsxError(
        'BadRequest',
        `Task ${active.id} works on association ${id} and is ${active.lifecycle}. Wait for its end or cancel it first.`,
      );
    }
    await setAssociationLifecycle(tx, id, 'DELETING');
    await context.jobs.enqueue(tx, [{ kind: 'delete-association', id, deleteData }]);
  });
  return { AssociationId: id, Lifecycle: 'DELETING', DeleteDataInFileSystem: deleteData };
}

function removeData(tree: Tree, directory: string): void {
  if (directory === '') {
    for (const { text } of tree.list('')) if (text !== undefined) tree.removeTree(text);
  } else if (tree.lstat(directory)) {
    tree.removeTree(directory);
  }
}

/** The worker's part. Data that cannot be removed leaves the association FAILED with the reason, to be tried again. */
export async function removeAssociation(
  context: Context,
  { id, deleteData }: { readonly id: string; readonly deleteData: boolean },
): Promise<void> {
  const row = await associationById(context.sql, id);
  if (row?.lifecycle !== 'DELETING') return;
  let reason: string | undefined;
  if (deleteData) {
    using root = await openRoot(context, row.file_system_id);
    try {
      if ('problem' in root) reason = root.problem;
      else removeData(root.tree, row.directory);
    } catch (error) {
      reason = `The data could not be deleted: ${error instanceof Error ? error.message : String(error)}.`;
    }
  }
  await context.sql.transaction(async (tx) => {
    if (reason === undefined) await deleteAssociationRow(tx, id);
    else await setAssociationLifecycle(tx, id, 'FAILED', clip(reason));
  });
}
