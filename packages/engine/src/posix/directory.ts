import fs from 'node:fs';
import { constants } from 'node:os';

import type { Attributes, Kind } from './attributes.ts';
import { underDescriptor } from './beneath.ts';
import { errnoOf, failureOfErrno, isFailure, posix, PosixFailure } from './failure.ts';
import { decodeName } from './names.ts';
import { attributesAt, isRemoved } from './syscalls.ts';

/** One name in a directory. */
export interface Name {
  /** undefined when the name is not valid UTF-8 */
  readonly text: string | undefined;
  readonly raw: Buffer;
  /** What the listing said; the entry may be something else by now. */
  readonly kind: Kind;
}

class TextName implements Name {
  readonly text: string;
  readonly kind: Kind;

  constructor(text: string, kind: Kind) {
    this.text = text;
    this.kind = kind;
  }

  get raw() {
    return Buffer.from(this.text);
  }
}

const kindOf = (entry: fs.Dirent<string> | fs.Dirent<Buffer>): Kind => {
  if (entry.isFile()) return 'file';
  if (entry.isDirectory()) return 'directory';
  return entry.isSymbolicLink() ? 'symlink' : 'other';
};

const nameOfBytes = (raw: Buffer, kind: Kind): Name => ({ text: decodeName(raw), raw, kind });

/** For file systems that list names without their types. */
export const listWithLstat = (fd: number): Name[] =>
  fs.readdirSync(underDescriptor(fd), { encoding: 'buffer' }).flatMap((raw) => {
    const found = attributesAt(fd, raw);
    return typeof found === 'object' ? [nameOfBytes(raw, found.kind)] : [];
  });

const listWithTypes = (fd: number): Name[] => {
  const path = underDescriptor(fd);
  const entries = fs.readdirSync(path, { withFileTypes: true });
  // Node replaces what it cannot decode by U+FFFD, so only listings that show one need their bytes looked at.
  if (!entries.some((entry) => entry.name.includes('\ufffd'))) {
    return entries.map((entry) => new TextName(entry.name, kindOf(entry)));
  }
  return fs
    .readdirSync(path, { withFileTypes: true, encoding: 'buffer' })
    .map((entry) => nameOfBytes(entry.name, kindOf(entry)));
};

const listDescriptor = (fd: number): Name[] => {
  try {
    return listWithTypes(fd);
  } catch (error) {
    // Where a listing has no types Node asks lstat for each, and throws when an entry is gone by then.
    if (errnoOf(error) !== constants.errno.ENOENT) throw error;
    return listWithLstat(fd);
  }
};

/** fstat of any descriptor; `path` is for the failure. */
export const attributesOf = (fd: number, path: string): Attributes => {
  const found = attributesAt(fd, '');
  if (typeof found === 'number') throw failureOfErrno(-found, path);
  return found;
};

/** An open directory of a tree: names in it stay names in it, wherever the directory is moved meanwhile. */
export class Directory implements Disposable {
  /** Relative to the root of the tree. */
  readonly path: string;
  #fd: number;

  /** Takes over the descriptor. */
  constructor(fd: number, path: string) {
    this.#fd = fd;
    this.path = path;
  }

  get fd(): number {
    // The kernel may have given the number to something else by now.
    if (this.#fd < 0) throw new PosixFailure('Other', this.path, 'EBADF');
    return this.#fd;
  }

  /** The path of an entry, for messages. */
  pathOf(name: string): string {
    return this.path === '' ? name : `${this.path}/${name}`;
  }

  /** A name for `node:fs` calls that do not follow the last component. */
  at(name: string): string {
    return underDescriptor(this.fd, name);
  }

  get attributes(): Attributes {
    return attributesOf(this.fd, this.path);
  }

  /** undefined when there is no such entry. */
  lstat(name: string): Attributes | undefined {
    const found = attributesAt(this.fd, name);
    if (typeof found === 'object') return found;
    if (found === -constants.errno.ENOENT) return undefined;
    throw failureOfErrno(-found, this.pathOf(name));
  }

  /** Names without `.` and `..`, unsorted. */
  list(): Name[] {
    const names = posix(this.path, () => listDescriptor(this.fd));
    if (names.length === 0 && isRemoved(this.fd)) throw new PosixFailure('NotFound', this.path, 'ENOENT');
    return names;
  }

  /** Makes created, renamed and removed names durable; where the directory may not be read, the kernel decides. */
  sync(): void {
    try {
      posix(this.path, () => {
        const readable = fs.openSync(underDescriptor(this.fd), fs.constants.O_RDONLY | fs.constants.O_DIRECTORY);
        try {
          fs.fsyncSync(readable);
        } finally {
          fs.closeSync(readable);
        }
      });
    } catch (error) {
      if (!isFailure(error, 'AccessDenied')) throw error;
    }
  }

  [Symbol.dispose](): void {
    if (this.#fd < 0) return;
    fs.closeSync(this.#fd);
    this.#fd = -1;
  }
}
