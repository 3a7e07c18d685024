import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { constants } from 'node:os';

import type { Attributes, Restorable } from './attributes.ts';
import { openByComponents, openerFor, openPath, type Opener } from './beneath.ts';
import { attributesOf, Directory, type Name } from './directory.ts';
import { failureOfErrno, isFailure, posix, PosixFailure } from './failure.ts';
import { openReadable, type OpenFile, type ReadableFile } from './read.ts';
import { removeFrom } from './remove.ts';
import { type Snapshot, type SnapshotOptions, Snapshots } from './snapshot.ts';
import { DIRECTORY, ENTRY } from './syscalls.ts';
import { removeLeft, restore, restoreSymlink, writeFileIn, type Writer, writeSymlinkIn } from './write.ts';

export type { Attributes, Kind, Restorable } from './attributes.ts';
export type { Snapshot } from './snapshot.ts';

/** Relative to the root, '/' separated, without a leading or trailing slash, `.` or `..`; '' is the root itself. */
export type TreePath = string;

/**
 * A directory tree and everything the engine does to one. Every path is resolved anew below the root's descriptor: no
 * symbolic link is ever followed, nothing outside is reached, whatever others do to the tree meanwhile. All calls
 * block, and throw `PosixFailure` only.
 */
export interface Tree extends Disposable {
  /** Of the root directory, to be compared with what was registered. */
  readonly identity: { readonly dev: bigint; readonly ino: bigint };
  /** undefined when nothing is there, also when a file stands where a parent directory is named. */
  lstat(path: TreePath): Attributes | undefined;
  /** Names of one directory, unsorted, `.` and `..` left out. */
  list(path: TreePath): Name[];
  /** One directory held open, for many questions about what is in it. */
  openDirectory(path: TreePath): Directory;
  /** A FIFO, socket or device is refused unopened. Leaves the access time alone where this process may. */
  openFile(path: TreePath): OpenFile;
  /** The same, with the bytes that the file had at one instant, whoever writes to it meanwhile. */
  openSnapshot(path: TreePath, options?: SnapshotOptions): Promise<Snapshot>;
  /** The target of a symbolic link, as it is stored. */
  readLink(path: TreePath): Buffer;
  /** mkdir -p, mode 0755 less the umask. */
  makeDirectories(path: TreePath): void;
  /**
   * Writes a file beside its place and renames it there, so that no reader ever sees a part of it. Durable when it
   * resolves. When it rejects, also with what `body` or the writer's check threw, nothing is left behind.
   */
  writeFile(path: TreePath, body: AsyncIterable<Buffer>, attributes: Restorable, writer?: Writer): Promise<Attributes>;
  /** The same for a symbolic link, whose target is stored as it is and never looked at. */
  writeSymlink(path: TreePath, target: Buffer, attributes: Restorable, writer?: Writer): Attributes;
  /** Removes what these writers have left of an entry when they were killed while writing it. */
  removeLeft(path: TreePath, writers: readonly string[]): void;
  /**
   * Owner, mode (not of symbolic links) and times, in the order that keeps mode bits. An owner that this process may
   * not give is left as it is. Answers what lstat says afterwards.
   */
  setAttributes(path: TreePath, attributes: Restorable): Attributes;
  /**
   * rm -r; of the root, only what is in it. Nothing in another mount: a mount point below is a failure. Nothing there
   * is no failure.
   */
  removeTree(path: TreePath): void;
}

const { ENOENT, ENOTDIR } = constants.errno;

const MALFORMED = /^\/|\/$|\/\/|(?:^|\/)\.{1,2}(?:\/|$)|\0/;

/** The one check of a path's text; what it leads to is decided by the kernel. */
const checked = (path: TreePath): TreePath => {
  if (MALFORMED.test(path) || !path.isWellFormed()) throw new PosixFailure('Outside', path);
  return path;
};

/** A writer that nobody takes over from. */
const nobody = (): Writer => ({ name: randomUUID(), check: () => {} });

const split = (path: TreePath): { readonly parent: TreePath; readonly name: string } => {
  const slash = path.lastIndexOf('/');
  return { parent: path.slice(0, Math.max(slash, 0)), name: path.slice(slash + 1) };
};

class ConfinedTree implements Tree {
  readonly identity: { readonly dev: bigint; readonly ino: bigint };
  readonly #opener: Opener;
  readonly #snapshots = new Snapshots();
  #root: number;

  constructor(root: number, opener: Opener) {
    this.#root = root;
    this.#opener = opener;
    const { dev, ino } = attributesOf(root, '');
    this.identity = { dev, ino };
  }

  /** A descriptor or a negative errno. */
  #tryOpen(path: TreePath, flags: number): number {
    // The kernel may have given the number to something else by now.
    if (this.#root < 0) throw new PosixFailure('Other', path, 'EBADF');
    return openPath(this.#opener, this.#root, checked(path), flags);
  }

  #open(path: TreePath, flags: number): number {
    const fd = this.#tryOpen(path, flags);
    if (fd < 0) throw failureOfErrno(-fd, path);
    return fd;
  }

  /** Runs with a descriptor that names the entry and is closed afterwards. */
  #entry<Result>(path: TreePath, act: (fd: number) => Result): Result {
    const fd = this.#open(path, ENTRY);
    try {
      return act(fd);
    } finally {
      fs.closeSync(fd);
    }
  }

  #place(path: TreePath): { readonly parent: Directory; readonly name: string } {
    if (checked(path) === '') throw new PosixFailure('IsADirectory', path);
    const { parent, name } = split(path);
    return { parent: this.openDirectory(parent), name };
  }

  lstat(path: TreePath): Attributes | undefined {
    const fd = this.#tryOpen(path, ENTRY);
    // Most questions of an import are about what is not there yet, and an exception costs more than the answer.
    if (fd === -ENOENT || fd === -ENOTDIR) return undefined;
    if (fd < 0) throw failureOfErrno(-fd, path);
    try {
      return attributesOf(fd, path);
    } finally {
      fs.closeSync(fd);
    }
  }

  openDirectory(path: TreePath): Directory {
    return new Directory(this.#open(path, DIRECTORY), path);
  }

  list(path: TreePath): Name[] {
    using directory = this.openDirectory(path);
    return directory.list();
  }

  openFile(path: TreePath): ReadableFile {
    return this.#entry(path, (entry) => {
      const attributes = attributesOf(entry, path);
      switch (attributes.kind) {
        case 'file':
          return openReadable(entry, path, attributes);
        case 'directory':
          throw new PosixFailure('IsADirectory', path);
        case 'symlink':
          throw new PosixFailure('Symlink', path);
        case 'other':
          throw new PosixFailure('Special', path);
      }
    });
  }

  async openSnapshot(path: TreePath, options: SnapshotOptions = {}): Promise<Snapshot> {
    const { parent } = this.#place(path);
    using directory = parent;
    return await this.#snapshots.of(this.openFile(path), directory, options);
  }

  readLink(path: TreePath): Buffer {
    const { parent, name } = this.#place(path);
    using directory = parent;
    return posix(path, () => fs.readlinkSync(directory.at(name), { encoding: 'buffer' }));
  }

  makeDirectories(path: TreePath): void {
    try {
      this.openDirectory(path)[Symbol.dispose]();
    } catch (error) {
      if (!isFailure(error, 'NotFound')) throw error;
      this.#makeMissing(path);
    }
  }

  #makeMissing(path: TreePath): void {
    let at = this.openDirectory('');
    for (const name of path.split('/')) {
      using directory = at;
      at = this.#enter(directory, name) ?? this.#make(directory, name);
    }
    at[Symbol.dispose]();
  }

  /** undefined when there is no such directory. */
  #enter(directory: Directory, name: string): Directory | undefined {
    const path = directory.pathOf(name);
    const fd = openPath(this.#opener, directory.fd, name, DIRECTORY);
    if (fd >= 0) return new Directory(fd, path);
    const failure = failureOfErrno(-fd, path);
    if (failure.kind === 'NotFound') return undefined;
    throw failure;
  }

  #make(directory: Directory, name: string): Directory {
    const path = directory.pathOf(name);
    try {
      posix(path, () => fs.mkdirSync(directory.at(name), 0o755));
      directory.sync();
    } catch (error) {
      // Somebody else was first.
      if (!(error instanceof PosixFailure) || error.errno !== 'EEXIST') throw error;
    }
    const made = this.#enter(directory, name);
    if (!made) throw new PosixFailure('NotFound', path);
    return made;
  }

  async writeFile(
    path: TreePath,
    body: AsyncIterable<Buffer>,
    attributes: Restorable,
    writer = nobody(),
  ): Promise<Attributes> {
    const { parent, name } = this.#place(path);
    using directory = parent;
    const { dev, ino } = directory.attributes;
    const check = () => {
      writer.check();
      // The body may take hours. A directory that was moved away meanwhile must not receive it.
      const now = this.lstat(directory.path);
      if (now?.dev !== dev || now.ino !== ino) throw new PosixFailure('NotFound', path);
    };
    return await writeFileIn(directory, name, body, attributes, { name: writer.name, check });
  }

  writeSymlink(path: TreePath, target: Buffer, attributes: Restorable, writer = nobody()): Attributes {
    const { parent, name } = this.#place(path);
    using directory = parent;
    return writeSymlinkIn(directory, name, target, attributes, writer);
  }

  removeLeft(path: TreePath, writers: readonly string[]): void {
    const { parent, name } = split(path);
    // Whoever was killed before he came to make the directory has left nothing.
    if (this.lstat(parent)?.kind !== 'directory') return;
    using directory = this.openDirectory(parent);
    for (const writer of writers) removeLeft(directory, name, writer);
  }

  setAttributes(path: TreePath, attributes: Restorable): Attributes {
    return this.#entry(path, (fd) => {
      const now = attributesOf(fd, path);
      switch (now.kind) {
        case 'file':
        case 'directory':
          restore(fd, path, now, attributes);
          break;
        case 'symlink': {
          const { parent, name } = this.#place(path);
          using directory = parent;
          restoreSymlink(directory, name, path, now, attributes);
          break;
        }
        case 'other':
          throw new PosixFailure('Special', path);
      }
      return attributesOf(fd, path);
    });
  }

  removeTree(path: TreePath): void {
    if (checked(path) === '') {
      using root = this.openDirectory('');
      removeFrom(this.#opener, root, '');
      return;
    }
    const found = this.lstat(path);
    if (!found) return;
    const { parent, name } = this.#place(path);
    using directory = parent;
    if (found.kind === 'directory') removeFrom(this.#opener, directory, name);
    else posix(path, () => fs.unlinkSync(directory.at(name)));
  }

  [Symbol.dispose](): void {
    if (this.#root < 0) return;
    fs.closeSync(this.#root);
    this.#root = -1;
  }
}

const rootMissing = (error: unknown) =>
  error instanceof PosixFailure && error.kind !== 'Exhausted'
    ? new PosixFailure('RootMissing', '', error.errno)
    : error;

/**
 * Opens the tree whose root is the directory `root`, an absolute path.
 * @param way `components` does without openat2(2), as happens by itself where the kernel or a sandbox lacks it
 * @throws PosixFailure `RootMissing`, `Exhausted`
 */
export const openTree = (root: string, way: 'kernel' | 'components' = 'kernel'): Tree => {
  let fd: number;
  try {
    fd = posix('', () => fs.openSync(root, DIRECTORY & ~fs.constants.O_NOFOLLOW));
  } catch (error) {
    throw rootMissing(error);
  }
  try {
    return new ConfinedTree(fd, way === 'components' ? openByComponents : openerFor(fd));
  } catch (error) {
    fs.closeSync(fd);
    throw rootMissing(error);
  }
};
