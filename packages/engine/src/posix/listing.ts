import fs from 'node:fs';
import { constants } from 'node:os';

import type { Kind } from './attributes.ts';
import { underDescriptor } from './beneath.ts';
import { attributesAt, readDirectory } from './syscalls.ts';

/**
 * Reads and sorts directories of any size. Node's own listing makes an object and a string of every name before the
 * first can be looked at: half a gigabyte for a million of them.
 */

/** One getdents64(2) fills so much. */
const PIECE = 2 ** 16;

// struct linux_dirent64
const RECORD_LENGTH = 16;
const TYPE = 18;
const NAME = 19;

const KINDS: Readonly<Record<number, Kind>> = { 4: 'directory', 8: 'file', 10: 'symlink' };
/** Some file systems list names without their types. */
const UNKNOWN = 0;

const { O_DIRECTORY, O_RDONLY } = fs.constants;

const isDots = (raw: Buffer) => raw[0] === 0x2e && (raw.length === 1 || (raw.length === 2 && raw[1] === 0x2e));

/**
 * Calls `each` for every name in the directory of a descriptor, `.` and `..` left out, in no order.
 * @param each gets bytes that are only there during the call
 * @param typed whether to believe the types in the listing
 * @returns 0 or a negative errno; throws what `node:fs` does when the directory may not be read
 */
export const eachName = (fd: number, each: (raw: Buffer, kind: Kind) => void, typed = true): number => {
  const readable = fs.openSync(underDescriptor(fd), O_RDONLY | O_DIRECTORY);
  try {
    const piece = Buffer.allocUnsafe(PIECE);
    for (;;) {
      const size = readDirectory(readable, piece);
      // A directory that was removed.
      if (size <= 0) return size === -constants.errno.ENOENT ? 0 : size;
      for (let at = 0; at < size; at += piece.readUInt16LE(at + RECORD_LENGTH)) {
        const raw = piece.subarray(at + NAME, piece.indexOf(0, at + NAME));
        if (isDots(raw)) continue;
        const type = typed ? (piece[at + TYPE] ?? UNKNOWN) : UNKNOWN;
        const kind = type === UNKNOWN ? kindOf(fd, raw) : (KINDS[type] ?? 'other');
        if (kind) each(raw, kind);
      }
    }
  } finally {
    fs.closeSync(readable);
  }
};

/** undefined when the entry is gone by now. */
const kindOf = (fd: number, raw: Buffer): Kind | undefined => {
  const found = attributesAt(fd, raw);
  return typeof found === 'object' ? found.kind : undefined;
};

/** Below this an insertion sort is the faster. */
const FEW = 16;

/**
 * Many short texts in one piece of memory, to be sorted by their UTF-8 bytes.
 *
 * The `!` in it are right because a number is one that was given to a text, and `#order` holds those of all texts.
 */
export class Keys {
  #bytes = Buffer.allocUnsafe(1024);
  /** Where the text of each number begins; behind the last, where that ends. */
  #starts = new Uint32Array(32);
  /** The numbers in their order. */
  #order = new Uint32Array(0);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** Adds the text that the pieces make together. */
  add(...pieces: readonly Buffer[]): void {
    let end = this.#starts[this.#length] ?? 0;
    const needed = pieces.reduce((sum, piece) => sum + piece.length, end);
    if (needed > this.#bytes.length) {
      const more = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(more);
      this.#bytes = more;
    }
    if (this.#length + 1 >= this.#starts.length) {
      const more = new Uint32Array(this.#starts.length * 2);
      more.set(this.#starts);
      this.#starts = more;
    }
    for (const piece of pieces) end += piece.copy(this.#bytes, end);
    this.#length += 1;
    this.#starts[this.#length] = end;
  }

  sort(): this {
    this.#order = new Uint32Array(this.#length);
    for (let number = 0; number < this.#length; number += 1) this.#order[number] = number;
    this.#sortRange(0, this.#length, 0);
    return this;
  }

  /** In the order of the last `sort`. */
  at(index: number): string | undefined {
    const number = this.#order[index];
    return number === undefined
      ? undefined
      : this.#bytes.toString('utf8', this.#starts[number], this.#starts[number + 1]);
  }

  /** The byte of a text at `depth`, -1 behind its end. */
  #byte(number: number, depth: number): number {
    const at = this.#starts[number]! + depth;
    return at < this.#starts[number + 1]! ? this.#bytes[at]! : -1;
  }

  #swap(one: number, other: number): void {
    const order = this.#order;
    const kept = order[one]!;
    order[one] = order[other]!;
    order[other] = kept;
  }

  /** Sorts texts that are equal up to `depth`: by their byte there in three parts, the middle one by the next byte. */
  #sortRange(from: number, to: number, depth: number): void {
    while (to - from > FEW) {
      const pivot = this.#byte(this.#order[(from + to) >>> 1]!, depth);
      let [less, more] = [from, to];
      for (let index = from; index < more;) {
        const byte = this.#byte(this.#order[index]!, depth);
        if (byte < pivot) this.#swap(less++, index++);
        else if (byte > pivot) this.#swap(index, --more);
        else index += 1;
      }
      this.#sortRange(from, less, depth);
      this.#sortRange(more, to, depth);
      if (pivot === -1) return;
      [from, to, depth] = [less, more, depth + 1];
    }
    for (let end = from + 1; end < to; end += 1) {
      for (let at = end; at > from && this.#isBefore(this.#order[at]!, this.#order[at - 1]!); at -= 1) {
        this.#swap(at, at - 1);
      }
    }
  }

  #isBefore(one: number, other: number): boolean {
    const bytes = this.#bytes;
    const [start, end] = [this.#starts[one], this.#starts[one + 1]];
    return bytes.compare(bytes, this.#starts[other], this.#starts[other + 1], start, end) < 0;
  }
}
