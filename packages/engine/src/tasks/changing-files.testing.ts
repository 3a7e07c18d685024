import fs from 'node:fs';
import { join } from 'node:path';

import koffi from 'koffi';

/**
 * Files that are written to while they are exported: by whom, how, and how to tell a state that such a file was in from
 * one that it never was in. Run as a program, this is the writer: `<how> <directory> <published>`.
 */

/** Each file is in a state of one version, or on the way from one to the next, from its beginning to its end. */
export const WRITERS = ['rewrite', 'truncate', 'append', 'mmap'] as const;
export type Writer = (typeof WRITERS)[number];

const FILES = 5;
const nameOf = (writer: Writer, file: number) => `${writer}-${file}`;

/** Everything that is written to. */
export const CHANGING: ReadonlyArray<{ readonly writer: Writer; readonly file: number; readonly name: string }> =
  WRITERS.flatMap((writer) =>
    Array.from({ length: FILES }, (_, file) => ({ writer, file, name: nameOf(writer, file) })),
  );

const WORD = 8;
const BLOCK = 4096;
const BLOCKS = 256;
/** Stores are fast: a file has to be so long that they come into the middle of a reading. */
const MAPPED_BLOCKS = 512;
const RECORD = 512;

const filled = (size: number, version: bigint) => {
  const word = Buffer.alloc(WORD);
  word.writeBigUInt64LE(version);
  return Buffer.alloc(size, word);
};

/** Bytes of a version of a file that is cut to nothing before it is written anew. */
const lengthOf = (version: bigint) => (1 + Number((version * 37n) % BigInt(BLOCKS))) * BLOCK;

/** What a file held: from the first to the last word the versions `from` down to `to`. */
export interface State {
  readonly from: bigint;
  readonly to: bigint;
  readonly isWhole: boolean;
}

/** The words at the beginning of each `every` bytes. */
const wordsOf = (bytes: Buffer, every: number): BigUint64Array => {
  // Copied, so that it begins where a word may begin.
  const words = new BigUint64Array(Uint8Array.from(bytes).buffer);
  return every === WORD ? words : words.filter((_, index) => (index * WORD) % every === 0);
};

/** Of a file that is written over from its beginning to its end: the new version up to some word, behind it the old one. */
const overwritten = (words: BigUint64Array): State | undefined => {
  const [from = 0n, to = 0n] = [words[0], words.at(-1)];
  const isOneStep = words.every((word, index) => word === from || (word === to && words[index + 1] !== from));
  if (!isOneStep || (from !== to && from !== to + 1n)) return undefined;
  return { from, to, isWhole: from === to };
};

/** The state that these bytes are, undefined when no file was ever in it: then they are torn. */
export const stateOf: Readonly<Record<Writer, (bytes: Buffer) => State | undefined>> = {
  rewrite: (bytes) => (bytes.length === BLOCKS * BLOCK ? overwritten(wordsOf(bytes, WORD)) : undefined),
  mmap: (bytes) => {
    const others = Buffer.from(bytes);
    for (let at = 0; at < others.length; at += BLOCK) others.fill(0, at, at + WORD);
    const isOnlyVersions = others.equals(Buffer.alloc(MAPPED_BLOCKS * BLOCK));
    return isOnlyVersions ? overwritten(wordsOf(bytes, BLOCK)) : undefined;
  },
  truncate: (bytes) => {
    const version = bytes.length < WORD ? 0n : bytes.readBigUInt64LE();
    const isPart = bytes.length <= lengthOf(version) && bytes.equals(filled(bytes.length, version));
    return isPart ? { from: version, to: version, isWhole: bytes.length === lengthOf(version) } : undefined;
  },
  append: (bytes) => {
    const versions = bytes.length / RECORD;
    const isPrefix = Array.from({ length: versions }, (_, index) => index).every((index) =>
      bytes.subarray(index * RECORD, (index + 1) * RECORD).equals(filled(RECORD, BigInt(index + 1))),
    );
    const version = BigInt(Math.floor(versions));
    return Number.isInteger(versions) && isPrefix ? { from: version, to: version, isWhole: true } : undefined;
  },
};

/** The versions that the files of a writer have, or are just about to get. */
export const publishedVersions = (path: string): readonly bigint[] => {
  const bytes = fs.readFileSync(path);
  return Array.from({ length: FILES }, (_, file) => bytes.readBigUInt64LE(file * WORD));
};

const libc = koffi.load(null);
const mmap = libc.func('void *mmap(void *address, size_t length, int protection, int flags, int fd, long offset)');
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;

/** Opens a file for its writer; the function writes a version. */
const open: Readonly<Record<Writer, (path: string) => (version: bigint) => void>> = {
  rewrite: (path) => {
    const fd = fs.openSync(path, 'w');
    return (version) => fs.writeSync(fd, filled(BLOCKS * BLOCK, version), 0, BLOCKS * BLOCK, 0);
  },
  truncate: (path) => {
    const fd = fs.openSync(path, 'w');
    return (version) => {
      fs.ftruncateSync(fd, 0);
      fs.writeSync(fd, filled(lengthOf(version), version), 0, lengthOf(version), 0);
    };
  },
  append: (path) => {
    const fd = fs.openSync(path, 'a');
    return (version) => fs.writeSync(fd, filled(RECORD, version));
  },
  mmap: (path) => {
    const fd = fs.openSync(path, 'w+');
    fs.ftruncateSync(fd, MAPPED_BLOCKS * BLOCK);
    const start: unknown = mmap(null, MAPPED_BLOCKS * BLOCK, PROT_READ_WRITE, MAP_SHARED, fd, 0);
    return (version) => {
      for (let at = 0; at < MAPPED_BLOCKS * BLOCK; at += BLOCK) koffi.encode(start, at, 'uint64_t', version);
    };
  },
};

/** A writer that never rests leaves no instant to be read twice, nor a processor to read with. */
const PAUSE_MS: Readonly<Record<Writer, number>> = { rewrite: 6, truncate: 6, append: 2, mmap: 2 };

const write = (writer: Writer, directory: string, published: string) => {
  const record = fs.openSync(published, 'w');
  const files = Array.from({ length: FILES }, (_, file) => open[writer](join(directory, nameOf(writer, file))));
  const still = new Int32Array(new SharedArrayBuffer(4));
  for (let version = 1n; ; version += 1n) {
    for (const [file, writeVersion] of files.entries()) {
      fs.writeSync(record, filled(WORD, version), 0, WORD, file * WORD);
      writeVersion(version);
      Atomics.wait(still, 0, 0, PAUSE_MS[writer]);
    }
    if (version === 1n) process.stdout.write('ready');
  }
};

if (import.meta.main) {
  const [writer, directory = '', published = ''] = process.argv.slice(2);
  const known = WRITERS.find((each) => each === writer);
  if (known) write(known, directory, published);
}
