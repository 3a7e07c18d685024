import fs from 'node:fs';
import { constants } from 'node:os';

import koffi from 'koffi';

import type { Attributes, Kind } from './attributes.ts';

/**
 * The calls that `node:fs` does not have or cannot do exactly: openat2(2), which confines a path to a directory;
 * statx(2) relative to a descriptor; utimensat(2), since `fs.utimes` takes seconds as a double and loses nanoseconds;
 * getdents64(2), which lists a directory in pieces; FICLONE of an open file to an open file; sync_file_range(2), which writes pages back without a journal's commit. Like the kernel they answer a negative errno instead of throwing. Linux on little-endian machines only.
 */

const libc = koffi.load(null);
const syscall: (number: number, base: number, path: string | Buffer, how: Buffer, size: number) => number = libc.func(
  'long syscall(long number, int base, const char *path, void *how, size_t size)',
);
const statx: (base: number, path: string | Buffer, flags: number, mask: number, into: Buffer) => number = libc.func(
  'int statx(int base, const char *path, int flags, uint mask, void *into)',
);
const utimensat: (base: number, path: string, times: Buffer, flags: number) => number = libc.func(
  'int utimensat(int base, const char *path, void *times, int flags)',
);
const syscallOfDirectory: (number: number, fd: number, into: Buffer, size: number) => number = libc.func(
  'long syscall(long number, int fd, void *into, size_t size)',
);
const ioctl: (fd: number, request: number, argument: number) => number = libc.func(
  'int ioctl(int fd, ulong request, long argument)',
);
const syncFileRange = libc.func('int sync_file_range(int fd, int64_t offset, int64_t size, uint flags)');

const NUL = Buffer.alloc(1);
const terminated = (path: string | Buffer) => (typeof path === 'string' ? path : Buffer.concat([path, NUL]));

/**
 * Repeats a failing call until two in a row leave the same errno: a garbage collection between the call and the
 * reading of errno can overwrite it. A call that a signal interrupted goes on. Only for calls that may be repeated.
 */
const settled = (call: () => number): number => {
  let seen = 0;
  for (;;) {
    const result = call();
    if (result >= 0) return result;
    const errno = koffi.errno();
    if (errno === seen && errno !== 0 && errno !== constants.errno.EINTR) return -errno;
    seen = errno;
  }
};

const { O_DIRECTORY, O_NOFOLLOW } = fs.constants;
// These two are not among Node's constants; they are the same on x64 and arm64.
const O_CLOEXEC = 0o2000000;
const O_PATH = 0o10000000;

/** Flags that name an entry without opening it: nothing on it is permitted or triggered, no FIFO or driver notices. */
export const ENTRY = O_PATH | O_NOFOLLOW | O_CLOEXEC;
/** The same for directories only. */
export const DIRECTORY = ENTRY | O_DIRECTORY;

// glibc has no wrapper for openat2; its number is the same on every architecture.
const SYS_OPENAT2 = 437;
const RESOLVE_NO_XDEV = 0x01;
const RESOLVE_NO_MAGICLINKS = 0x02;
const RESOLVE_NO_SYMLINKS = 0x04;
const RESOLVE_BENEATH = 0x08;

const openHow = (flags: number, resolve: number) => {
  const how = Buffer.alloc(24);
  how.writeBigUInt64LE(BigInt(flags), 0);
  how.writeBigUInt64LE(BigInt(resolve | RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS), 16);
  return how;
};

// struct open_how, made once for each way it is used: [any mount, same mount].
const HOW_ENTRY = [openHow(ENTRY, 0), openHow(ENTRY, RESOLVE_NO_XDEV)] as const;
// Without O_NOFOLLOW, a symbolic link in the last place is ELOOP like one on the way; with it, it would be ENOTDIR.
const DIRECTORY_OR_ELOOP = DIRECTORY & ~O_NOFOLLOW;
const HOW_DIRECTORY = [openHow(DIRECTORY_OR_ELOOP, 0), openHow(DIRECTORY_OR_ELOOP, RESOLVE_NO_XDEV)] as const;

/**
 * openat2(2), never through a symbolic link, never above `base`.
 * @param path shorter than PATH_MAX
 * @param sameMount refuse with EXDEV to enter any other mount, bind mounts included
 * @returns a descriptor or a negative errno
 */
export const openAt2 = (base: number, path: string | Buffer, flags: number, sameMount: boolean): number => {
  const how = (flags === DIRECTORY ? HOW_DIRECTORY : HOW_ENTRY)[sameMount ? 1 : 0];
  const name = terminated(path);
  return settled(() => syscall(SYS_OPENAT2, base, name, how, how.length));
};

const AT_SYMLINK_NOFOLLOW = 0x100;
const AT_NO_AUTOMOUNT = 0x800;
const AT_EMPTY_PATH = 0x1000;
const STATX_BASIC_STATS = 0x7ff;

const S_IFMT = 0o170000;
const KINDS: Readonly<Record<number, Kind>> = { 0o100000: 'file', 0o040000: 'directory', 0o120000: 'symlink' };

// struct statx, reused: every call here is synchronous and its answer is copied out at once.
const answer = Buffer.alloc(256);
const view = new DataView(answer.buffer, answer.byteOffset, answer.length);

const NANOSECONDS = 1_000_000_000n;

const timestamp = (offset: number) =>
  view.getBigInt64(offset, true) * NANOSECONDS + BigInt(view.getUint32(offset + 8, true));

let lastDevice = { major: -1, minor: -1, device: 0n };

/** `st_dev` as stat(2) and Node put it together from the two numbers of statx(2). */
const device = () => {
  const major = view.getUint32(136, true);
  const minor = view.getUint32(140, true);
  if (major !== lastDevice.major || minor !== lastDevice.minor) {
    const [high, low] = [BigInt(major), BigInt(minor)];
    const whole =
      ((high & 0xfffff000n) << 32n) | ((high & 0xfffn) << 8n) | ((low & 0xffffff00n) << 12n) | (low & 0xffn);
    lastDevice = { major, minor, device: whole };
  }
  return lastDevice.device;
};

/**
 * lstat of `name` in the directory `base`, or of `base` itself when `name` is ''.
 * @returns the attributes, or a negative errno
 */
export const attributesAt = (base: number, name: string | Buffer): Attributes | number => {
  const flags = AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (name === '' ? AT_EMPTY_PATH : 0);
  const path = terminated(name);
  const result = settled(() => statx(base, path, flags, STATX_BASIC_STATS, answer));
  if (result < 0) return result;
  const mode = view.getUint16(28, true);
  return {
    kind: KINDS[mode & S_IFMT] ?? 'other',
    size: Number(view.getBigUint64(40, true)),
    mode: mode & 0o7777,
    uid: view.getUint32(20, true),
    gid: view.getUint32(24, true),
    atimeNs: timestamp(64),
    mtimeNs: timestamp(112),
    ctimeNs: timestamp(96),
    dev: device(),
    ino: view.getBigUint64(32, true),
  };
};

/** Whether the directory of a descriptor has been removed: its listing then looks empty. */
export const isRemoved = (fd: number): boolean =>
  settled(() => statx(fd, '', AT_EMPTY_PATH, STATX_BASIC_STATS, answer)) >= 0 && view.getUint32(16, true) === 0;

const UTIME_OMIT = (1n << 30n) - 2n;

const writeTime = (into: Buffer, offset: number, ns: bigint | undefined) => {
  const rest = ns === undefined ? UTIME_OMIT : ((ns % NANOSECONDS) + NANOSECONDS) % NANOSECONDS;
  // A time before 1970 counts its nanoseconds upwards from the second before it. Seconds beyond 64 bits become the
  // nearest that the call takes; the file system then clamps to what it can hold.
  const seconds = ns === undefined ? 0n : (ns - rest) / NANOSECONDS;
  const limit = (1n << 63n) - 1n;
  into.writeBigInt64LE(seconds > limit ? limit : seconds < -limit ? -limit : seconds, offset);
  into.writeBigInt64LE(rest, offset + 8);
};

/**
 * utimensat(2): access and modification time, exact; a missing one stays.
 * @param follow only for names under `/proc/self/fd`, which are links to what the descriptor names
 * @returns 0 or a negative errno
 */
export const setTimes = (
  base: number,
  path: string,
  times: { readonly atimeNs?: bigint; readonly mtimeNs?: bigint },
  follow: boolean,
): number => {
  const timespecs = Buffer.alloc(32);
  writeTime(timespecs, 0, times.atimeNs);
  writeTime(timespecs, 16, times.mtimeNs);
  return settled(() => utimensat(base, path, timespecs, follow ? 0 : AT_SYMLINK_NOFOLLOW));
};

const FICLONE = 0x40049409;

/**
 * Makes the empty file `into` share all that the file `from` holds at one instant.
 * @returns 0 or a negative errno
 */
export const cloneFile = (into: number, from: number): number => settled(() => ioctl(into, FICLONE, from));

/** SYNC_FILE_RANGE_WAIT_BEFORE, _WRITE and _WAIT_AFTER */
const WRITE_AND_WAIT = 7;

/** Resolves when the dirty pages of a file are clean, or when the file system says that it cannot do that. */
export const writeBack = (fd: number): Promise<void> =>
  new Promise((resolve) => {
    syncFileRange.async(fd, 0, 0, WRITE_AND_WAIT, () => resolve());
  });

// Older glibc has no wrapper for getdents64.
const SYS_GETDENTS64 = process.arch === 'arm64' ? 61 : 217;

/**
 * getdents64(2): the next entries of a directory that is open for reading.
 * @returns the bytes that are filled, 0 at the end, or a negative errno
 */
export const readDirectory = (fd: number, into: Buffer): number =>
  settled(() => syscallOfDirectory(SYS_GETDENTS64, fd, into, into.length));
