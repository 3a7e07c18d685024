import fs from 'node:fs';

import { openPath, underDescriptor, type Opener } from './beneath.ts';
import { failureOfErrno, isFailure, posix, PosixFailure } from './failure.ts';
import { DIRECTORY } from './syscalls.ts';

/**
 * Removing a subtree: nothing through a symbolic link, nothing in another mount (bind mounts included), any depth, any
 * bytes in names, with one descriptor open at a time.
 */

const SLASH = Buffer.from('/');

/** Messages only. */
const printable = (path: Buffer) => path.toString();

const join = (directory: Buffer, name: Buffer) =>
  directory.length === 0 ? name : Buffer.concat([directory, SLASH, name]);

const under = (fd: number, name: Buffer) => Buffer.concat([Buffer.from(underDescriptor(fd, '')), name]);

class Remover {
  readonly #opener: Opener;
  readonly #base: number;

  constructor(opener: Opener, base: number) {
    this.#opener = opener;
    this.#base = base;
  }

  /** Removes everything in `directory` but its subdirectories, which it answers; undefined when it is gone. */
  clear(directory: Buffer): Buffer[] {
    return this.#inside(directory, (fd) => {
      const subdirectories: Buffer[] = [];
      for (const entry of fs.readdirSync(underDescriptor(fd), { withFileTypes: true, encoding: 'buffer' })) {
        if (entry.isDirectory()) subdirectories.push(join(directory, entry.name));
        else fs.rmSync(under(fd, entry.name), { force: true });
      }
      return subdirectories;
    }) ?? [];
  }
}
