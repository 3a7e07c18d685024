import { type Scope, treePathOf } from '../associations/resolve.ts';
import { CatalogScan, pack } from '../catalog/catalog.ts';
import type { Context } from '../context.ts';
import { PosixFailure } from '../posix/failure.ts';
import type { Tree } from '../posix/tree.ts';
import { walk, type Walked, type WalkFailure } from '../posix/walk.ts';
import { type Found, PlanProblem } from './found.ts';

const isFailure = (walked: Walked | WalkFailure): walked is WalkFailure => 'failure' in walked;

/** Key in the association for a key in the tree. */
const inAssociation = (directory: string, key: string) => (directory === '' ? key : key.slice(directory.length + 1));

const resumeAt = (directory: string, after: string | undefined) =>
  after === undefined ? {} : { after: directory === '' ? after : `${directory}/${after}` };

const detailOf = ({ failure }: WalkFailure) =>
  failure === 'NotUtf8' ? 'the name is not valid UTF-8, so it can be no object key' : failure.message;

const failed = (walked: WalkFailure, key: string): Found => ({
  key,
  failure: { path: walked.path, code: 'InternalError', detail: detailOf(walked) },
});

/** Whether what was met is that the directory held back cannot be read: its key with an empty name behind it. */
const isUnreadable = (walked: Walked | WalkFailure, directory: string, key: string) =>
  isFailure(walked) && walked.failure !== 'NotUtf8' && key === `${directory}/`;

/**
 * @throws PlanProblem when the path of a scope is not there or leads through a symlink.
 */
function checkStart(tree: Tree, { association, start, path }: Scope): void {
  const shown = path === '' ? `/${association.directory}` : path;
  try {
    if (tree.lstat(treePathOf(association, start)) !== undefined) return;
  } catch (error) {
    if (!(error instanceof PosixFailure) || error.kind === 'Exhausted') throw error;
    throw new PlanProblem(`Path "${shown}" cannot be exported: ${error.message}.`);
  }
  const hint = path.includes(',') ? ' It contains a comma: separate several paths with spaces, not commas.' : '';
  throw new PlanProblem(`Path "${shown}" does not exist in the file system.${hint}`);
}

/**
 * What an export has to act on within one scope, in the order of keys: entries that are not in the tree as they were
 * when they were last exported or imported. `undefined` stands for an entry that needs nothing.
 */
export async function* findExports(
  context: Context,
  tree: Tree,
  scope: Scope,
  after: string | undefined,
): AsyncGenerator<Found | undefined> {
  const { association, start } = scope;
  const { directory } = association;
  if (after === undefined) checkStart(tree, scope);
  const catalog = new CatalogScan(context.sql, association.id, after ?? '');

  const judge = async ({ path, attributes }: Walked, key: string): Promise<Found | undefined> => {
    // The association's own directory has no object.
    if (path === directory) return undefined;
    if (attributes.kind === 'other') {
      context.log.info({ path }, 'special file left out');
      return undefined;
    }
    const known = await catalog.find(key);
    if (known?.attributes === pack(attributes)) return undefined;
    const size = attributes.kind === 'file' ? attributes.size : 0;
    return { key, entry: known ? [key, size, known.etag] : [key, size] };
  };

  // A directory is held back for one step, because that it cannot be read turns out only when its entries are asked
  // for; it then counts once, as failed.
  let held: Found | undefined;
  for (const walked of walk(tree, treePathOf(association, start), resumeAt(directory, after))) {
    const key = inAssociation(directory, walked.key);
    const found = isFailure(walked) ? failed(walked, key) : await judge(walked, key);
    if (held && !isUnreadable(walked, held.key, key)) yield held;
    held = undefined;
    if (found?.key.endsWith('/') && 'entry' in found) held = found;
    else yield found;
  }
  if (held) yield held;
}
