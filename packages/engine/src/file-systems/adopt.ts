import { realpathSync } from 'node:fs';

import { clip } from '@drt/contract/errors';

import type { Context } from '../context.ts';
import { fileSystemById, setFileSystemLifecycle } from '../store/file-systems.ts';
import { openRoot } from './root.ts';

/** Directories that are no file system of anybody's. */
const NEVER = ['/proc', '/sys', '/dev'];

/** Where symlinks in the name lead counts, not the name. Undefined: it may be adopted. */
function refusal(context: Context, root: string): string | undefined {
  let real: string;
  try {
    real = realpathSync(root);
  } catch (error) {
    return `The directory ${root} cannot be used: ${error instanceof Error ? error.message : String(error)}.`;
  }
  const allowed = context.settings.fileSystemRoots.map((each) => {
    try {
      return realpathSync(each);
    } catch {
      return each;
    }
  });
  const isBelow = (outer: string) => real === outer || real.startsWith(`${outer}/`);
  if (!allowed.some(isBelow)) return `${root} leads to ${real}, which is not below a directory of FILE_SYSTEM_ROOTS.`;
  if (NEVER.some(isBelow)) return `${real} cannot be a file system.`;
  const own = realpathSync(context.settings.dataDirectory);
  if (isBelow(own) || own.startsWith(`${real}/`)) return `${real} holds the data of this server, or lies in it.`;
  return undefined;
}

/** The worker's part of CreateFileSystem with a directory that is there: looks at it, then AVAILABLE or FAILED. */
export async function adoptFileSystem(context: Context, { id }: { readonly id: string }): Promise<void> {
  const row = await fileSystemById(context.sql, id);
  if (row?.lifecycle !== 'CREATING') return;
  let reason = refusal(context, row.root);
  if (reason === undefined) {
    using root = await openRoot(context, id);
    if ('problem' in root) reason = root.problem;
  }
  await context.sql.transaction(async (tx) => {
    await setFileSystemLifecycle(tx, id, reason === undefined ? 'AVAILABLE' : 'FAILED', reason ? clip(reason) : null);
    await context.jobs.enqueue(tx, [{ kind: 'admit', id }]);
  });
}
