import fs from 'node:fs';
import { constants } from 'node:os';
import { setImmediate as turn } from 'node:timers/promises';
import { crc32 } from 'node:zlib';

import type { Attributes } from './attributes.ts';
import { underDescriptor } from './beneath.ts';
import { attributesOf, type Directory } from './directory.ts';
import { errnoOf, posix, PosixFailure } from './failure.ts';
import { ReadableFile } from './read.ts';
import { cloneFile, writeBack } from './syscalls.ts';

/**
 * The content of a file as it was at one instant, while others may be writing to it. Where the file system shares
 * blocks between files, the instant is that of a clone. Elsewhere it cannot be made, only recognised:
 *
 * - A file that nothing has touched for a while has all its pages written back. The next change to it, be it the first
 *   store through a mapping, moves mtime and ctime, so that fstat before and after the reading tells.
 * - A store to a page that is dirty already moves neither. A file that was touched recently is therefore written back
 *   first and then read twice: what reads the same twice, all of it once and then all of it again, was so in between.
 */
export interface Snapshot extends Disposable {
  /** Of the same instant; when the file is never at rest, of shortly before, so that it counts as changed since. */
  readonly attributes: Attributes;
  /**
   * Fills `into` from `position`, a multiple of 1 MiB, in any order; answers the bytes read, fewer only at the end.
   * @throws PosixFailure `Changed`
   */
  read(into: Buffer, position: number): number;
  /**
   * To be called when all was read; may read it once more.
   * @throws PosixFailure `Changed` when what was read may never have been in the file at one time
   */
  confirm(): Promise<void>;
}

export interface SnapshotOptions {
  /** The file is known to change, whatever its times say. */
  readonly isRestless?: boolean;
  readonly signal?: AbortSignal;
}

const SECOND = 1000;

/** File systems on a local disk: statfs(2) f_type of ext2-4, XFS, Btrfs, F2FS. */
const ON_DISK = new Set([0xef53, 0x58465342, 0x9123683e, 0xf2f52010]);
/** tmpfs and ramfs write nothing back: no store through a mapping but the first ever moves a time. */
const IN_MEMORY = new Set([0x01021994, 0x858458f6]);

/**
 * How long after its last change a file is sure to show the next one. Dirty pages are written back after 30 seconds.
 * Elsewhere than on a local disk the times may come from another machine's clock.
 */
const restAfterMs = (type: number): number => {
  if (ON_DISK.has(type)) return 60 * SECOND;
  return IN_MEMORY.has(type) ? Infinity : 600 * SECOND;
};

const isAtRest = ({ mtimeNs, ctimeNs }: Attributes, restMs: number): boolean => {
  const last = mtimeNs > ctimeNs ? mtimeNs : ctimeNs;
  return Date.now() - Number(last / 1_000_000n) > restMs;
};

const changed = (path: string) => new PosixFailure('Changed', path);

const BLOCK = 2 ** 20;

/** Blocks read between two turns of the event loop. */
const TURN_EVERY = 16;

/** Reads the file itself, between two looks at its times. */
class WatchedFile implements Snapshot {
  readonly attributes: Attributes;
  protected readonly file: ReadableFile;

  constructor(file: ReadableFile, attributes: Attributes) {
    this.file = file;
    this.attributes = attributes;
  }

  read(into: Buffer, position: number): number {
    const part = into.subarray(0, Math.max(0, this.attributes.size - position));
    if (this.file.read(part, position) < part.length) throw changed(this.file.path);
    return part.length;
  }

  async confirm(): Promise<void> {
    const now = this.file.now();
    if (!this.isSameContent(now) || this.attributes.ctimeNs !== now.ctimeNs) throw changed(this.file.path);
  }

  protected isSameContent(now: Attributes): boolean {
    return this.attributes.size === now.size && this.attributes.mtimeNs === now.mtimeNs;
  }

  [Symbol.dispose](): void {
    this.file[Symbol.dispose]();
  }
}

/**
 * Reads the file twice. Of the first reading it keeps a checksum of each block: nobody gains by a change that keeps it,
 * so that a chance of one in four thousand million is small enough, and it is as fast as the reading itself.
 */
class TwiceReadFile extends WatchedFile {
  readonly #checksums = new Map<number, number>();
  readonly #signal: AbortSignal | undefined;

  constructor(file: ReadableFile, attributes: Attributes, signal: AbortSignal | undefined) {
    super(file, attributes);
    this.#signal = signal;
  }

  override read(into: Buffer, position: number): number {
    const length = super.read(into, position);
    if (position % BLOCK !== 0) throw new RangeError(`a read at ${position}, which is not the beginning of a block`);
    for (let at = 0; at < length; at += BLOCK) {
      this.#checksums.set(position + at, crc32(into.subarray(at, Math.min(at + BLOCK, length))));
    }
    return length;
  }

  /** Owner and mode may have changed: the content is known to be the same. */
  override async confirm(): Promise<void> {
    const { size } = this.attributes;
    const block = Buffer.allocUnsafe(Math.min(BLOCK, size));
    for (const [position, checksum] of this.#checksums) {
      if (position % (TURN_EVERY * BLOCK) === 0 && position > 0) await turn();
      this.#signal?.throwIfAborted();
      const part = block.subarray(0, size - position);
      const isSame = this.file.read(part, position) === part.length && crc32(part) === checksum;
      if (!isSame) throw changed(this.file.path);
    }
    if (!this.isSameContent(this.file.now())) throw changed(this.file.path);
  }
}

/** A copy of our own, which nobody changes. */
class Clone implements Snapshot {
  readonly attributes: Attributes;
  readonly #copy: ReadableFile;

  constructor(copy: ReadableFile, attributes: Attributes) {
    this.#copy = copy;
    this.attributes = { ...attributes, size: copy.attributes.size };
  }

  read(into: Buffer, position: number): number {
    return this.#copy.read(into, position);
  }

  async confirm(): Promise<void> {
    // Nobody else has the copy.
  }

  [Symbol.dispose](): void {
    this.#copy[Symbol.dispose]();
  }
}

const { EISDIR, ENOTTY, EOPNOTSUPP, EROFS } = constants.errno;
const { O_DIRECTORY, O_EXCL, O_RDWR } = fs.constants;
/** An inode without a name, which leaves its directory as it is: the directory's mtime is data. */
const UNNAMED = 0o20000000 | O_DIRECTORY | O_RDWR | O_EXCL;

/** What a file system answers that cannot clone, or that makes no unnamed files. Anything else is about one file. */
const NEVER: ReadonlySet<number> = new Set([EISDIR, ENOTTY, EOPNOTSUPP, EROFS]);

/** How often a clone is made again until the attributes are the same before and after it. */
const CLONES = 3;

/** What is known of the file systems that a tree lies on. */
interface Device {
  readonly restMs: number;
  canClone: boolean;
}

/** Makes the snapshots of one tree. */
export class Snapshots {
  readonly #devices = new Map<bigint, Device>();

  /**
   * Takes over the open file.
   * @param directory a directory of the same file system, held open as long as this takes
   */
  async of(file: ReadableFile, directory: Directory, { isRestless = false, signal }: SnapshotOptions) {
    try {
      signal?.throwIfAborted();
      const device = this.#device(file);
      if (!isRestless && isAtRest(file.attributes, device.restMs)) return new WatchedFile(file, file.attributes);
      const clone = device.canClone ? this.#clone(file, directory, device) : undefined;
      if (clone) {
        file[Symbol.dispose]();
        return clone;
      }
      return await watchTwice(file, signal);
    } catch (error) {
      file[Symbol.dispose]();
      throw error;
    }
  }

  #device(file: ReadableFile): Device {
    const known = this.#devices.get(file.attributes.dev);
    if (known) return known;
    const { type } = posix(file.path, () => fs.statfsSync(underDescriptor(file.fd)));
    const device = { restMs: restAfterMs(type), canClone: true };
    this.#devices.set(file.attributes.dev, device);
    return device;
  }

  /** undefined where there is no clone to be had. */
  #clone(file: ReadableFile, directory: Directory, device: Device): Clone | undefined {
    let before = file.now();
    for (let made = 1; ; made += 1) {
      using stack = new DisposableStack();
      const copy = cloned(file, directory);
      if (typeof copy === 'number') {
        device.canClone = !NEVER.has(copy);
        return undefined;
      }
      stack.use(copy);
      const after = file.now();
      const isSame = before.ctimeNs === after.ctimeNs && before.mtimeNs === after.mtimeNs;
      if (isSame || made === CLONES) {
        stack.move();
        // A file that is never at rest: with the times of before it counts as changed since, for the next export.
        return new Clone(copy, before);
      }
      before = after;
    }
  }
}

/** The clone, or the errno why there is none. */
const cloned = (file: ReadableFile, directory: Directory): ReadableFile | number => {
  let fd: number;
  try {
    fd = fs.openSync(underDescriptor(directory.fd), UNNAMED, 0o600);
  } catch (error) {
    const errno = errnoOf(error);
    if (errno === undefined) throw error;
    return errno;
  }
  const result = cloneFile(fd, file.fd);
  if (result >= 0) return new ReadableFile(fd, file.path, attributesOf(fd, file.path));
  fs.closeSync(fd);
  return -result;
};

const watchTwice = async (file: ReadableFile, signal: AbortSignal | undefined): Promise<Snapshot> => {
  await writeBack(file.fd);
  const attributes = file.now();
  // Again, for what was stored in between. From now on every store moves the times, so that one that comes after this
  // snapshot makes the file differ from these attributes.
  await writeBack(file.fd);
  return new TwiceReadFile(file, attributes, signal);
};
