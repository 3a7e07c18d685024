import { isUtf8 } from 'node:buffer';

import type { Attributes } from './attributes.ts';
import type { Directory } from './directory.ts';
import { isFailure, PosixFailure } from './failure.ts';
import { Keys } from './listing.ts';
import { compareKeys, printableName } from './names.ts';
import type { Tree, TreePath } from './tree.ts';
import { isTemporaryName } from './write.ts';

/** One entry of a tree. */
export interface Walked {
  readonly path: TreePath;
  /** The path in the order of the catalog and of S3: that of a directory ends with '/'. */
  readonly key: string;
  readonly attributes: Attributes;
}

/** An entry, or the contents of a directory, that could not be looked at. */
export interface WalkFailure {
  /**
   * For people: bytes that are not UTF-8 appear as `\xNN`, and such a name stands behind an additional '/', `a//na\xffme`,
   * so that no entry that is really called `na\xffme` has the same path.
   */
  readonly path: string;
  /** Where to resume behind it. For a name that is not UTF-8, and for the contents of a directory, a key that no entry
   * can have, since it contains '//' or starts with '/'. */
  readonly key: string;
  readonly failure: 'NotUtf8' | PosixFailure;
}

export interface WalkOptions {
  /** Only what comes behind this key; subtrees wholly before it are not visited. */
  readonly after?: string;
  /** Enter directories of other file systems too. */
  readonly crossMounts?: boolean;
}

/** Open directories of one walk; beyond that the shallowest are closed and opened again on the way back. */
const MAX_OPEN = 32;

const SLASH = Buffer.from('/');
const DOT = 0x2e;

/**
 * The keys of a directory's entries relative to it, in order: `file`, `directory/`. A name that is not UTF-8 has an
 * empty first component, `/na\xffme`, which no other entry can have.
 */
const keysIn = (directory: Directory): Keys => {
  const keys = new Keys();
  directory.each((raw, kind) => {
    if (!isUtf8(raw)) keys.add(SLASH, Buffer.from(printableName(raw)));
    else if (kind === 'directory') keys.add(raw, SLASH);
    // Our own temporary names begin with a dot; most others need not be made into a text.
    else if (raw[0] !== DOT || !isTemporaryName(raw.toString())) keys.add(raw);
  });
  return keys.sort();
};

/** One directory on the way down. */
interface Level {
  readonly path: TreePath;
  /** Its key, '' for the root. */
  readonly key: string;
  readonly dev: bigint;
  readonly ino: bigint;
  readonly keys: Keys;
  next: number;
  directory: Directory | undefined;
}

class Walk {
  readonly #tree: Tree;
  readonly #crossMounts: boolean;
  /** The directories on the way down, the root or the start first. */
  readonly #levels: Level[] = [];
  /** Forgotten once it is passed: everything later is behind it. */
  #after: string | undefined;
  /** To be yielded next: the failure to list a directory that is yielded itself before it. */
  #pending: WalkFailure | undefined;

  constructor(tree: Tree, { after, crossMounts = false }: WalkOptions) {
    this.#tree = tree;
    this.#after = after;
    this.#crossMounts = crossMounts;
  }

  *entries(start: TreePath): Generator<Walked | WalkFailure> {
    try {
      const first = this.#begin(start);
      if (first && start !== '') yield first;
      for (;;) {
        const found = this.#pending;
        if (found) {
          this.#pending = undefined;
          yield found;
        }
        const level = this.#levels.at(-1);
        if (!level) return;
        const next = this.#next(level);
        if (next) yield next;
      }
    } finally {
      for (const level of this.#levels) level.directory?.[Symbol.dispose]();
    }
  }

  #begin(start: TreePath): Walked | undefined {
    const attributes = this.#tree.lstat(start);
    if (!attributes) throw new PosixFailure('NotFound', start);
    return this.#visit(start, attributes.kind === 'directory' && start !== '' ? `${start}/` : start, attributes);
  }

  /** The next entry of a directory; undefined when there is nothing to yield this time. */
  #next(level: Level): Walked | WalkFailure | undefined {
    const child = level.keys.at(level.next);
    level.next += 1;
    if (child === undefined) {
      level.directory?.[Symbol.dispose]();
      this.#levels.pop();
      return undefined;
    }
    const key = level.key + child;
    if (!this.#concerns(key)) return undefined;
    const isDirectory = child.endsWith('/');
    const name = isDirectory ? child.slice(0, -1) : child;
    if (child.startsWith('/')) {
      return this.#isAhead(key) ? { path: key, key, failure: 'NotUtf8' } : undefined;
    }
    const path = level.key + name;
    try {
      level.directory ??= this.#tree.openDirectory(level.path);
      const attributes = level.directory.lstat(name);
      // Something else stands there by now, whose key has another place in the order.
      if (!attributes || (attributes.kind === 'directory') !== isDirectory) return undefined;
      return this.#visit(path, key, attributes);
    } catch (error) {
      return this.#failed(error, path, key);
    }
  }

  /** Whether an entry, or anything below it, comes behind `after`. */
  #concerns(key: string): boolean {
    return this.#after === undefined || compareKeys(key, this.#after) > 0 || this.#isOnTheWay(key);
  }

  #isOnTheWay(key: string): boolean {
    return (key === '' || key.endsWith('/')) && this.#after !== undefined && this.#after.startsWith(key);
  }

  #isAhead(key: string): boolean {
    if (this.#after === undefined) return true;
    if (compareKeys(key, this.#after) <= 0) return false;
    this.#after = undefined;
    return true;
  }

  /** Goes down into a directory where that is wanted, and answers the entry itself if it comes behind `after`. */
  #visit(path: TreePath, key: string, attributes: Attributes): Walked | undefined {
    const isAhead = this.#isAhead(key);
    if (attributes.kind === 'directory' && (isAhead || this.#isOnTheWay(key)) && this.#mayEnter(attributes)) {
      this.#enter(path, key, attributes);
    }
    return isAhead ? { path, key, attributes } : undefined;
  }

  /** Not into other mounts, and not where the walk is already: loops can be made of bind mounts. */
  #mayEnter({ dev, ino }: Attributes): boolean {
    if (!this.#crossMounts && dev !== this.#tree.identity.dev) return false;
    return !this.#levels.some((level) => level.ino === ino && level.dev === dev);
  }

  #enter(path: TreePath, key: string, { dev, ino }: Attributes): void {
    let directory: Directory | undefined;
    try {
      directory = this.#tree.openDirectory(path);
      const keys = keysIn(directory);
      this.#levels.push({ path, key, dev, ino, keys, next: 0, directory });
    } catch (error) {
      directory?.[Symbol.dispose]();
      this.#pending = this.#failed(error, path, `${key}/`);
    }
    const shallow = this.#levels.at(-1 - MAX_OPEN);
    shallow?.directory?.[Symbol.dispose]();
    if (shallow) shallow.directory = undefined;
  }

  /** A failure as an item; undefined if it only tells that something vanished, or lies before `after`. */
  #failed(error: unknown, path: TreePath, key: string): WalkFailure | undefined {
    // A walk that cannot go on now is begun again later; it must not blame the entry.
    if (!(error instanceof PosixFailure) || error.kind === 'Exhausted') throw error;
    if (this.#levels.length > 0 && isFailure(error, 'NotFound', 'NotADirectory', 'Symlink')) return undefined;
    return this.#isAhead(key) ? { path, key, failure: error } : undefined;
  }
}

/**
 * Everything at and below `start`, depth first in the byte order of keys, so that it merges with the catalog and with a
 * listing of S3. `start` itself is among it unless it is the root.
 *
 * Sockets, FIFOs and devices are of kind `other`. A directory of another file system is yielded but not entered. What
 * vanishes or changes its type while the walk is under way is left out, as are the temporary files of our own writes.
 * A directory that cannot be read is yielded and then followed by a failure: it never looks empty.
 *
 * @throws PosixFailure `NotFound` when `start` does not exist, and whatever else keeps it from being looked at;
 * `Exhausted` at any time
 */
export const walk = (tree: Tree, start: TreePath, options: WalkOptions = {}): Generator<Walked | WalkFailure> =>
  new Walk(tree, options).entries(start);
