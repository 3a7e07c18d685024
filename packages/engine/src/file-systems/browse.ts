import type { EngineInput, EngineOutput } from '@drt/contract/engine-api';
import { FsxError } from '@drt/contract/errors';

import { normalizePath } from '../associations/resolve.ts';
import type { Context } from '../context.ts';
import { PosixFailure } from '../posix/failure.ts';
import { compareKeys, sortKeys } from '../posix/names.ts';
import type { Tree } from '../posix/tree.ts';
import { openRoot } from './root.ts';

const PAGE = 100;
const MILLISECOND = 1_000_000n;

function namesIn(tree: Tree, path: string): string[] {
  try {
    return sortKeys(tree.list(path).flatMap(({ text }) => text ?? []));
  } catch (error) {
    if (!(error instanceof PosixFailure)) throw error;
    throw new FsxError('BadRequest', `/${path} cannot be listed: ${error.message}.`);
  }
}

/** One page of a directory, in the order of names. Names that are not UTF-8 cannot be paths of a task: left out. */
export async function listDirectory(
  context: Context,
  { FileSystemId: id, Path, Prefix = '', After, MaxResults: size = PAGE }: EngineInput<'ListDirectory'>,
): Promise<EngineOutput<'ListDirectory'>> {
  const path = normalizePath(Path);
  if (path === undefined) throw new FsxError('BadRequest', 'Path must not contain "..".');
  using root = await openRoot(context, id);
  if ('problem' in root) throw new FsxError('BadRequest', root.problem);
  const { tree } = root;
  const names = namesIn(tree, path).filter((name) => name.startsWith(Prefix));
  // The name of `After` may have been removed since the page before.
  const next = After === undefined ? 0 : names.findIndex((name) => compareKeys(name, After) > 0);
  const from = next < 0 ? names.length : next;
  const page = names.slice(from, from + size);
  return {
    Entries: page.flatMap((name) => {
      const entry = tree.lstat(path === '' ? name : `${path}/${name}`);
      if (!entry) return [];
      return [
        { Name: name, Kind: entry.kind, Size: entry.size, Modified: new Date(Number(entry.mtimeNs / MILLISECOND)) },
      ];
    }),
    More: names.length > from + size,
  };
}
