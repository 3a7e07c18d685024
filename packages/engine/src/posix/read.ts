import fs from 'node:fs';
import { constants } from 'node:os';

import type { Attributes } from './attributes.ts';
import { underDescriptor } from './beneath.ts';
import { attributesOf } from './directory.ts';
import { errnoOf, posix } from './failure.ts';

/** A regular file, open for reading. */
export interface OpenFile extends Disposable {
  /** fstat before the first read */
  readonly attributes: Attributes;
  /** Fills `into` from `position` on as far as the file goes; answers the bytes read, 0 at the end. */
  read(into: Buffer, position: number): number;
  /** fstat again */
  now(): Attributes;
}

const { O_NOATIME, O_NOCTTY, O_NONBLOCK, O_RDONLY } = fs.constants;

/** An open file by its descriptor, which it takes over. */
export class ReadableFile implements OpenFile {
  readonly attributes: Attributes;
  readonly path: string;
  #fd: number;

  constructor(fd: number, path: string, attributes: Attributes) {
    this.#fd = fd;
    this.path = path;
    this.attributes = attributes;
  }

  get fd(): number {
    return this.#fd;
  }

  read(into: Buffer, position: number): number {
    return posix(this.path, () => {
      let total = 0;
      for (;;) {
        const count = fs.readSync(this.#fd, into, total, into.length - total, position + total);
        total += count;
        if (count === 0 || total === into.length) return total;
      }
    });
  }

  now(): Attributes {
    return attributesOf(this.#fd, this.path);
  }

  [Symbol.dispose](): void {
    if (this.#fd < 0) return;
    fs.closeSync(this.#fd);
    this.#fd = -1;
  }
}

/** Opens for reading what an `ENTRY` descriptor names: the same inode, whatever the name stands for by now. */
const reopen = (entry: number): number => {
  const flags = O_RDONLY | O_NONBLOCK | O_NOCTTY;
  try {
    // Reading a file to export it must not make it look used: release goes by the access time.
    return fs.openSync(underDescriptor(entry), flags | O_NOATIME);
  } catch (error) {
    // Only the owner and CAP_FOWNER may.
    if (errnoOf(error) !== constants.errno.EPERM) throw error;
    return fs.openSync(underDescriptor(entry), flags);
  }
};

/** Opens a regular file that an `ENTRY` descriptor names. */
export const openReadable = (entry: number, path: string, attributes: Attributes): ReadableFile =>
  new ReadableFile(
    posix(path, () => reopen(entry)),
    path,
    attributes,
  );
