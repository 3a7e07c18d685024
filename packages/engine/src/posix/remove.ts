import fs from 'node:fs';

import { openPath, underDescriptor, type Opener } from './beneath.ts';
import type { Directory } from './directory.ts';
import { failureOfErrno, isFailure, posix } from './failure.ts';
import { decodeName, printableName } from './names.ts';
import { DIRECTORY } from './syscalls.ts';

/** Bytes, since names that are not UTF-8 must go too. Relative to the base. */
type RawPath = Buffer;

const inDescriptor = (fd: number, name: RawPath) => Buffer.concat([Buffer.from(underDescriptor(fd, '')), name]);

const childOf = (directory: RawPath, name: Buffer): RawPath =>
  directory.length === 0 ? name : Buffer.concat([directory, Buffer.from('/'), name]);

/**
 * Removes `name` from the directory `base` with all that is below it, or everything in `base` when `name` is ''.
 * Nothing through a symbolic link, nothing in another mount (bind mounts included); any depth, with one or two
 * descriptors open at a time. What vanishes meanwhile is as good as removed.
 * @throws PosixFailure at the first entry that cannot be removed; kind `Outside` at a mount point
 */
export const removeFrom = (opener: Opener, base: Directory, name: string): void => {
  const tell = (path: RawPath) => base.pathOf(decodeName(path) ?? printableName(path));

  const inside = (directory: RawPath, act: (fd: number) => void) => {
    const fd = openPath(opener, base.fd, directory, DIRECTORY, true);
    if (fd < 0) throw failureOfErrno(-fd, tell(directory));
    try {
      act(fd);
    } finally {
      fs.closeSync(fd);
    }
  };

  const unlessGone = (path: RawPath, act: () => void) => {
    try {
      posix(tell(path), act);
    } catch (error) {
      if (!isFailure(error, 'NotFound')) throw error;
    }
  };

  /** Removes what is in a directory and is none itself; answers the directories. */
  const clear = (directory: RawPath): RawPath[] => {
    const directories: RawPath[] = [];
    unlessGone(directory, () =>
      inside(directory, (fd) => {
        for (const entry of fs.readdirSync(underDescriptor(fd), { withFileTypes: true, encoding: 'buffer' })) {
          const path = childOf(directory, entry.name);
          if (entry.isDirectory()) directories.push(path);
          else unlessGone(path, () => fs.unlinkSync(inDescriptor(fd, entry.name)));
        }
      }),
    );
    return directories;
  };

  const removeEmpty = (directory: RawPath) => {
    const slash = directory.lastIndexOf('/');
    const parent = directory.subarray(0, Math.max(slash, 0));
    unlessGone(directory, () => inside(parent, (fd) => fs.rmdirSync(inDescriptor(fd, directory.subarray(slash + 1)))));
  };

  const start: RawPath = Buffer.from(name);
  // A stack of our own: trees can be deeper than the one of calls.
  const stack = [{ path: start, isCleared: false }];
  for (let top = stack.at(-1); top; top = stack.at(-1)) {
    if (top.isCleared) {
      stack.pop();
      if (top.path.length > 0) removeEmpty(top.path);
    } else {
      top.isCleared = true;
      for (const path of clear(top.path)) stack.push({ path, isCleared: false });
    }
  }
};
