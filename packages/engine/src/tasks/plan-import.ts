import { objectKeyOf, type Scope, treePathOf } from '../associations/resolve.ts';
import { CatalogScan, wholeSeconds } from '../catalog/catalog.ts';
import type { Context } from '../context.ts';
import { PosixFailure } from '../posix/failure.ts';
import type { Tree } from '../posix/tree.ts';
import { S3Failure } from '../s3/failure.ts';
import type { Listed } from '../s3/s3.ts';
import type { FailureRow } from '../store/tasks.ts';
import { type Found, PlanProblem } from './found.ts';

const MAX_NAME_BYTES = 255;
const MAX_PATH_BYTES = 4095;

const isPossibleName = (name: string) =>
  name !== '' && name !== '.' && name !== '..' && !name.includes('\0') && Buffer.byteLength(name) <= MAX_NAME_BYTES;

/** Whether a key can be a path of a POSIX file system: no empty, '.' or '..' component, nothing too long. */
const isPosixKey = (key: string): boolean =>
  Buffer.byteLength(key) <= MAX_PATH_BYTES && key.replace(/\/$/, '').split('/').every(isPossibleName);

/**
 * Of `foo` and `foo/bar` only one can be in a tree. The file wins, whichever worker comes first: `foo` is listed before
 * everything below it, with only keys that begin with `foo` between them.
 */
class Clashes {
  #files: string[] = [];

  /** The file that stands where `key` needs a directory. */
  with(key: string): string | undefined {
    this.#files = this.#files.filter((file) => key.startsWith(file));
    const clash = this.#files.find((file) => key[file.length] === '/');
    if (clash === undefined && !key.endsWith('/')) this.#files.push(key);
    return clash;
  }
}

/** The objects of a scope in the order of keys: the one with exactly this key, and all below it. */
async function* listScope(context: Context, { association, start }: Scope, after: string | undefined) {
  const s3 = context.s3();
  if (start !== '' && after === undefined) {
    const exact = objectKeyOf(association, start);
    try {
      yield [{ key: exact, ...(await s3.head(association.bucket, exact)) }];
    } catch (error) {
      if (!(error instanceof S3Failure) || error.kind !== 'NoSuchKey') throw error;
    }
  }
  const prefix = objectKeyOf(association, start === '' ? '' : `${start}/`);
  const startAfter = after === undefined ? {} : { startAfter: objectKeyOf(association, after) };
  yield* s3.list(association.bucket, prefix, startAfter);
}

/** Whether the tree still has what was imported or exported under this key. */
function isInTree(tree: Tree, path: string, key: string): boolean {
  try {
    const there = tree.lstat(path);
    return there !== undefined && (there.kind === 'directory') === key.endsWith('/');
  } catch (error) {
    if (error instanceof PosixFailure) return false;
    throw error;
  }
}

/**
 * The directories above entries that are not in the tree. The import makes them; but what the catalog knows of them, it
 * knows of others that are gone, so that an import that ends early must not leave them looking done.
 */
class MissingDirectories {
  readonly #tree: Tree;
  readonly #association: Scope['association'];
  #last = '';

  constructor(tree: Tree, association: Scope['association']) {
    this.#tree = tree;
    this.#association = association;
  }

  /** Keys of those above `key` that were not told before. */
  above(key: string): string[] {
    const missing: string[] = [];
    const first = directoryOf(key);
    // What is above the last one too was looked at with it.
    for (let at = first; at !== '' && !this.#last.startsWith(at); at = directoryOf(at)) {
      if (isInTree(this.#tree, treePathOf(this.#association, at), at)) break;
      missing.push(at);
    }
    this.#last = first;
    return missing;
  }
}

/** The key of the directory that an entry is in; '' at the top. */
const directoryOf = (key: string) => key.slice(0, key.lastIndexOf('/', key.length - 2) + 1);

const notPosix = (path: string): FailureRow => ({
  path,
  code: 'S3ObjectPathNotPosixCompliant',
  detail: 'the key cannot be a path of a POSIX file system',
});

/**
 * What an import has to act on within one scope, in the order of keys: objects that are not in the bucket as they were
 * when they were last imported or exported, or that the tree has not. `undefined` stands for one that needs nothing.
 */
export async function* findImports(
  context: Context,
  tree: Tree,
  scope: Scope,
  after: string | undefined,
): AsyncGenerator<Found | undefined> {
  const { association, start } = scope;
  const catalog = new CatalogScan(context.sql, association.id, after ?? '');
  const clashes = new Clashes();
  const missing = new MissingDirectories(tree, association);
  let isEmpty = after === undefined;

  const find = async (object: Listed): Promise<Found | undefined> => {
    const key = object.key.slice(association.prefix.length);
    // The prefix's own marker stands for the association's directory.
    if (key === '') return undefined;
    const path = `s3://${association.bucket}/${object.key}`;
    const modified = wholeSeconds(object.modified);
    if (!isPosixKey(key)) return { key, failure: notPosix(path) };
    const clash = clashes.with(key);
    if (clash !== undefined) {
      const detail = `the object ${objectKeyOf(association, clash)} stands where this one needs a directory`;
      return { key, failure: { path, code: 'S3ObjectTypeMismatch', detail } };
    }
    const known = await catalog.find(key);
    const isKnown = known !== undefined && known.etag === object.etag && modified <= known.modified;
    const isThere = known !== undefined && isInTree(tree, treePathOf(association, key), key);
    if (isKnown && isThere) return undefined;
    const { size, etag, storageClass } = object;
    return {
      key,
      entry: storageClass ? [key, size, etag, modified, storageClass] : [key, size, etag, modified],
      forget: [...(known && !isThere ? [key] : []), ...missing.above(key)],
    };
  };

  for await (const page of listScope(context, scope, after)) {
    for (const object of page) {
      isEmpty = false;
      yield await find(object);
    }
  }
  if (isEmpty && start !== '') {
    throw new PlanProblem(`There is no object at or below "${scope.path}".`);
  }
}
