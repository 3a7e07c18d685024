import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  openSync,
  closeSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';

import { type Exported, exportOf } from '../tree.testing.ts';
import type { Entries } from './facts.ts';
import type { Random } from './random.ts';

const FILES_A_DIRECTORY = 100;

/** More than the engine uploads in one request. */
const BIG = 40 * 2 ** 20;

/** What the engine calls a file that is not whole yet. */
const TEMPORARY = /^\.drt-[0-9a-f]+\.tmp$/;

/** The tree that is exported: it grows and changes between tasks, and remembers every version of every entry. */
export class SourceTree {
  readonly root: string;
  readonly versions = new Map<string, Exported[]>();
  readonly #random: Random;
  #files: string[] = [];
  #version = 0;

  constructor(root: string, random: Random) {
    this.root = root;
    this.#random = random;
  }

  /** @param big files that are uploaded in parts */
  fill(files: number, big: number): void {
    for (let n = 0; n < files; n += 1) this.#add(`d${Math.floor(n / FILES_A_DIRECTORY)}/f${n}`);
    for (let n = 0; n < big; n += 1) this.#writeBig(`big${n}`);
    symlinkSync('d0', join(this.root, 'link'));
    this.remember();
  }

  #add(path: string) {
    mkdirSync(join(this.root, path, '..'), { recursive: true });
    this.#files.push(path);
    this.#write(path);
  }

  #write(path: string) {
    this.#version += 1;
    writeFileSync(join(this.root, path), `version ${this.#version} of ${path}\n`.repeat(1 + (this.#version % 20)));
  }

  /** Sparse, so that it costs little here; every byte of it travels all the same. */
  #writeBig(path: string) {
    this.#version += 1;
    const full = join(this.root, path);
    writeFileSync(full, `version ${this.#version} of ${path}\n`);
    truncateSync(full, BIG + this.#version);
  }

  /** Changes some of what is there, and adds a little. */
  change(share: number): void {
    for (const path of this.#files) if (this.#random.number() < share) this.#write(path);
    for (const path of readdirSync(this.root)) {
      if (path.startsWith('big') && this.#random.number() < Math.max(share, 0.5)) this.#writeBig(path);
    }
    const [some = ''] = [this.#random.among(this.#files)];
    chmodSync(join(this.root, some), 0o600 + Math.floor(this.#random.number() * 0o100));
    this.#version += 1;
    this.#add(`new${this.#version % 5}/f${this.#version}`);
    this.remember();
  }

  /** Takes down what every entry is now. @returns that */
  remember(): Entries {
    const now = exportOf(this.root);
    for (const [key, entry] of Object.entries(now)) {
      const known = this.versions.get(key) ?? [];
      if (JSON.stringify(known.at(-1)) !== JSON.stringify(entry)) this.versions.set(key, [...known, entry]);
    }
    return now;
  }
}

/** Temporary files anywhere in a tree. */
export const temporariesOf = (root: string): string[] =>
  readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((path) => TEMPORARY.test(basename(path)));

/** Empties a directory. */
export const wipe = (root: string): void => {
  for (const name of readdirSync(root)) rmSync(join(root, name), { recursive: true, force: true });
};

/** A look at some of the files that stand under their final names, while anything may be writing. */
export const peek = (root: string, keys: readonly string[]): { key: string; sha256: string }[] =>
  keys.flatMap((key) => {
    if (key.endsWith('/')) return [];
    try {
      const file = openSync(join(root, key), 'r');
      try {
        return [{ key, sha256: createHash('sha256').update(readFileSync(file)).digest('hex') }];
      } finally {
        closeSync(file);
      }
    } catch {
      return []; // Not there yet, or a link to what is not there yet.
    }
  });

/** The entries of a tree that is imported into; none while its directory is not there. */
export const entriesOf = (root: string): Entries => (existsSync(root) ? exportOf(root) : {});
