import fs from 'node:fs';
import { constants } from 'node:os';

import type { Attributes, Kind } from './attributes.ts';
import { underDescriptor } from './beneath.ts';
import { failureOfErrno, isFailure, posix, PosixFailure } from './failure.ts';
import { eachName } from './listing.ts';
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
    const names: Name[] = [];
    this.each((raw, kind) => {
      // Copied: the bytes are only lent.
      const own = Buffer.from(raw);
      names.push({ text: decodeName(own), raw: own, kind });
    });
    return names;
  }

  /** Calls `each` for every name, as `list` has them; the bytes are there only during the call. */
  each(each: (raw: Buffer, kind: Kind) => void): void {
    let isEmpty = true;
    const result = posix(this.path, () =>
      eachName(this.fd, (raw, kind) => {
        isEmpty = false;
        each(raw, kind);
      }),
    );
    if (result < 0) throw failureOfErrno(-result, this.path);
    if (isEmpty && isRemoved(this.fd)) throw new PosixFailure('NotFound', this.path, 'ENOENT');
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
