import fs from 'node:fs';
import { constants } from 'node:os';

import { errnoOf } from './failure.ts';
import { attributesAt, DIRECTORY, ENTRY, openAt2 } from './syscalls.ts';

/**
 * Opens paths so that they cannot leave a directory: no symbolic link on the way is followed and `..` leads nowhere.
 * Never by putting an absolute path together and checking its text: whoever may rename a directory wins that race.
 */

const { ELOOP, ENAMETOOLONG, ENOTDIR, EXDEV } = constants.errno;

/**
 * Names an entry below the directory `base`.
 * @param path at most 4,000 bytes
 * @param flags `ENTRY` or `DIRECTORY`
 * @param sameMount refuse with EXDEV to cross into another mount
 * @returns a descriptor, to be closed by the caller, or a negative errno
 */
export type Opener = (base: number, path: string | Buffer, flags: number, sameMount: boolean) => number;

/** The file system name of what a descriptor names, or of an entry in the directory it names. */
export const underDescriptor = (fd: number, name?: string) =>
  name === undefined ? `/proc/self/fd/${fd}` : `/proc/self/fd/${fd}/${name}`;

const mountOf = (fd: number) => /^mnt_id:\s*(\d+)$/m.exec(fs.readFileSync(`/proc/self/fdinfo/${fd}`, 'latin1'))?.[1];

const openOne = (base: number, name: Buffer, flags: number): number => {
  try {
    return fs.openSync(Buffer.concat([Buffer.from(underDescriptor(base, '')), name]), flags);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    if (errno !== ENOTDIR || flags !== DIRECTORY) return -errno;
    // O_DIRECTORY answers ENOTDIR for a symbolic link, where openat2 says ELOOP.
    const entry = openOne(base, name, ENTRY);
    if (entry < 0) return entry;
    const found = attributesAt(entry, '');
    fs.closeSync(entry);
    return typeof found === 'object' && found.kind === 'symlink' ? -ELOOP : -ENOTDIR;
  }
};

/** The way without openat2(2): component by component, each opened relative to the one before. */
export const openByComponents: Opener = (base, path, flags, sameMount) => {
  const mount = sameMount ? mountOf(base) : undefined;
  // latin1 keeps bytes as they are, so that names that are not UTF-8 survive the split.
  const components = Buffer.from(path).toString('latin1').split('/');
  let at = base;
  for (const [index, component] of components.entries()) {
    const isLast = index === components.length - 1;
    const next = openOne(at, Buffer.from(component, 'latin1'), isLast ? flags : DIRECTORY);
    if (at !== base) fs.closeSync(at);
    if (next < 0) return next;
    if (sameMount && mountOf(next) !== mount) {
      fs.closeSync(next);
      return -EXDEV;
    }
    at = next;
  }
  return at;
};

/** openat2(2) where the kernel has it and the sandbox lets it through, else the walk of components. */
export const openerFor = (root: number): Opener => {
  const probe = openAt2(root, '.', DIRECTORY, false);
  if (probe < 0) return openByComponents;
  fs.closeSync(probe);
  return openAt2;
};

/** The kernel takes 4,096 bytes with the final NUL; longer paths go in pieces. */
const PIECE = 4000;

const pieces = (path: Buffer): Buffer[] | undefined => {
  const result: Buffer[] = [];
  let rest = path;
  while (rest.length > PIECE) {
    const cut = rest.lastIndexOf('/', PIECE);
    if (cut <= 0) return undefined;
    result.push(rest.subarray(0, cut));
    rest = rest.subarray(cut + 1);
  }
  return [...result, rest];
};

/** `opener` for a path of any length; '' is `base` itself. */
export const openPath = (
  opener: Opener,
  base: number,
  path: string | Buffer,
  flags: number,
  sameMount = false,
): number => {
  if (path.length === 0) return opener(base, '.', flags, sameMount);
  // A UTF-16 unit takes at most 3 bytes in UTF-8.
  if (path.length * 3 <= PIECE) return opener(base, path, flags, sameMount);
  const parts = pieces(Buffer.from(path));
  if (!parts) return -ENAMETOOLONG;
  let at = base;
  for (const [index, part] of parts.entries()) {
    const next = opener(at, part, index === parts.length - 1 ? flags : DIRECTORY, sameMount);
    if (at !== base) fs.closeSync(at);
    if (next < 0) return next;
    at = next;
  }
  return at;
};
