import { constants } from 'node:os';

/** What can go wrong with one path of a tree, told apart as far as a caller may act on it. */
export type PosixFailureKind =
  | 'RootMissing'
  | 'NotFound'
  | 'AccessDenied'
  | 'NotADirectory'
  | 'IsADirectory'
  /** A symbolic link where none may be: links are data here and never followed. */
  | 'Symlink'
  /** Not a path below the root, or one that leads to another mount where that is not allowed. */
  | 'Outside'
  | 'NameTooLong'
  | 'NoSpace'
  | 'ReadOnly'
  /** A FIFO, a socket or a device: never opened. */
  | 'Special'
  /** This process or machine has run out of descriptors or memory: nothing is wrong with the path. */
  | 'Exhausted'
  /** The file was written to while it was read. */
  | 'Changed'
  | 'Other';

const SENTENCES: Readonly<Record<PosixFailureKind, string>> = {
  RootMissing: 'the root directory cannot be opened',
  NotFound: 'no such file or directory',
  AccessDenied: 'permission denied',
  NotADirectory: 'not a directory',
  IsADirectory: 'is a directory',
  Symlink: 'a symbolic link stands where none is followed',
  Outside: 'leads out of the file system',
  NameTooLong: 'the name or path is too long',
  NoSpace: 'no space left',
  ReadOnly: 'the file system is read-only',
  Special: 'a FIFO, socket or device',
  Exhausted: 'the system has too little of what it takes',
  Changed: 'changed while it was read',
  Other: 'the operation failed',
};

const KINDS: Readonly<Record<string, PosixFailureKind>> = {
  ENOENT: 'NotFound',
  EACCES: 'AccessDenied',
  EPERM: 'AccessDenied',
  ENOTDIR: 'NotADirectory',
  EISDIR: 'IsADirectory',
  ELOOP: 'Symlink',
  EXDEV: 'Outside',
  ENAMETOOLONG: 'NameTooLong',
  ENOSPC: 'NoSpace',
  EDQUOT: 'NoSpace',
  EROFS: 'ReadOnly',
  EMFILE: 'Exhausted',
  ENFILE: 'Exhausted',
  ENOMEM: 'Exhausted',
};

const LONGEST = 200;

/** The end of a path tells more than its beginning. */
const shown = (path: string) => {
  const characters = Array.from(path || '/');
  return characters.length > LONGEST ? `…${characters.slice(-LONGEST).join('')}` : characters.join('');
};

/** The one error of `posix/`. Its path is relative to the root, so that no message tells where the root lies. */
export class PosixFailure extends Error {
  readonly kind: PosixFailureKind;
  /** `ENOENT` and the like; absent where the refusal is our own and no call was made. */
  readonly errno?: string;
  readonly path: string;

  constructor(kind: PosixFailureKind, path: string, errno?: string) {
    super(`${shown(path)}: ${SENTENCES[kind]}${errno === undefined ? '' : ` (${errno})`}`);
    this.name = 'PosixFailure';
    this.kind = kind;
    this.path = path;
    if (errno !== undefined) this.errno = errno;
  }
}

// Not util.getSystemErrorName: it and the codes of node:fs errors know neither EDQUOT nor ESTALE.
const NAMES = new Map(
  Object.entries(constants.errno)
    .reverse()
    .map(([name, number]) => [number, name]),
);

/** The failure that the errno of a system call means. */
export const failureOfErrno = (errno: number, path: string): PosixFailure => {
  const name = NAMES.get(errno) ?? `errno ${errno}`;
  return new PosixFailure(KINDS[name] ?? 'Other', path, name);
};

/** The errno of what `node:fs` threw, undefined for any other error. */
export const errnoOf = (error: unknown): number | undefined =>
  error instanceof Error && 'errno' in error && typeof error.errno === 'number' ? -error.errno : undefined;

/** Runs calls of `node:fs` about `path` and throws what they throw as a `PosixFailure`. */
export const posix = <Result>(path: string, calls: () => Result): Result => {
  try {
    return calls();
  } catch (error) {
    const errno = errnoOf(error);
    throw errno === undefined ? error : failureOfErrno(errno, path);
  }
};

/** Whether `error` is a failure of one of these kinds. */
export const isFailure = (error: unknown, ...kinds: readonly PosixFailureKind[]): error is PosixFailure =>
  error instanceof PosixFailure && kinds.includes(error.kind);
