import { clip } from '@drt/contract/errors';

import type { Context } from '../context.ts';
import { PosixFailure } from '../posix/failure.ts';
import { openTree, type Tree } from '../posix/tree.ts';
import { fileSystemById, setFileSystemIdentity } from '../store/file-systems.ts';

/** An open root, or a sentence why there is none. */
export type Root = Disposable & ({ readonly tree: Tree } | { readonly problem: string });

const problem = (text: string): Root => ({ problem: clip(text), [Symbol.dispose]: () => undefined });

/**
 * Opens the directory of a file system for a worker. The first time, its identity is written down; later a directory
 * that was replaced, or a mount that is gone, is refused rather than taken for an empty file system.
 */
export async function openRoot(context: Context, fileSystemId: string): Promise<Root> {
  const row = await fileSystemById(context.sql, fileSystemId);
  if (!row) return problem(`File system ${fileSystemId} is gone.`);
  let tree: Tree;
  try {
    tree = openTree(row.root);
  } catch (error) {
    if (!(error instanceof PosixFailure) || error.kind === 'Exhausted') throw error;
    return problem(`The directory ${row.root} of file system ${fileSystemId} cannot be opened: ${error.message}.`);
  }
  const identity = `${tree.identity.dev}:${tree.identity.ino}`;
  if (row.identity === null) {
    await context.sql.transaction((tx) => setFileSystemIdentity(tx, fileSystemId, identity));
  } else if (row.identity !== identity) {
    tree[Symbol.dispose]();
    return problem(
      `The directory ${row.root} is not the one that file system ${fileSystemId} was created with: it was replaced, or is not mounted.`,
    );
  }
  return { tree, [Symbol.dispose]: () => tree[Symbol.dispose]() };
}
