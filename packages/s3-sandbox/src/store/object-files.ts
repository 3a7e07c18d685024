import { createHash } from 'node:crypto';
import {
  constants,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  rmSync,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';

/**
 * Where an object's bytes lie.
 * - `plain`: at `<bucket>/<key>`, as anyone would expect.
 * - `directory`: nowhere; an empty object whose key ends with `/` is the directory `<bucket>/<key>`.
 * - `odd`: in the bucket's folder of oddities, under the SHA-256 of the key: keys that no path can spell (`a//b`, `../x`,
 *   a part over 255 bytes, control characters) and keys whose path is taken (`a` beside `a/b`).
 */
export type Place = 'plain' | 'directory' | 'odd';

const MAX_PART_BYTES = 255;
// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const CONTROL = /[\u0000-\u001f\u007f]/;
/** Spelled alike on every file system, whatever it thinks of case and accents. */
const CASELESS = /^[^A-Z\u0080-\uffff]*$/;

/** The files of one bucket. Decides where each object goes and keeps the directories in between. */
export class ObjectFiles {
  readonly #root: string;
  readonly #oddities: string;
  readonly #caseSensitive: boolean;
  /** The keys with place `plain` or `directory`. */
  readonly #keys = new Set<string>();
  /** How many keys and directories lie directly in each directory (path without the final slash). */
  readonly #members = new Map<string, number>();
  /** Directories that this process has made or seen to be real ones, so that no symbolic link leads a write outside. */
  readonly #verified = new Set<string>(['']);

  /** `root` and `oddities` are existing directories. */
  constructor(root: string, oddities: string, caseSensitive: boolean) {
    this.#root = root;
    this.#oddities = oddities;
    this.#caseSensitive = caseSensitive;
  }

  /** The best place that is free for this key. */
  choose(key: string, size: number): Place {
    if (!isPath(key) || !(this.#caseSensitive || CASELESS.test(key))) return 'odd';
    if (!key.endsWith('/')) return this.#members.has(key) || this.#isUnderFile(key) ? 'odd' : 'plain';
    const directory = key.slice(0, -1);
    return size > 0 || this.#keys.has(directory) || this.#isUnderFile(directory) ? 'odd' : 'directory';
  }

  /** Opens an object's file for reading; `undefined` when somebody has removed it, or put a link in the way. */
  open(key: string, place: 'plain' | 'odd'): number | undefined {
    if (place === 'plain' && !this.#isReal(parentOf(key))) return undefined;
    try {
      return openSync(this.#path(key, place), constants.O_RDONLY | constants.O_NOFOLLOW);
    } catch (error) {
      if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ELOOP') return undefined;
      throw error;
    }
  }

  /** Moves a file to its place, over what was there. Throws the file system's error when the path cannot be made. */
  install(file: string, key: string, place: Place): void {
    try {
      this.#move(file, key, place);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      // Somebody has removed directories by hand: look at them again.
      this.#verified.clear();
      this.#verified.add('');
      this.#move(file, key, place);
    }
    this.adopt(key, place);
  }

  /** Takes note of an object that is in its place already. */
  adopt(key: string, place: Place): void {
    if (place === 'odd' || this.#keys.has(key)) return;
    this.#keys.add(key);
    this.#enter(parentOf(key));
  }

  /** Removes an object's file and the directories that it leaves empty. */
  remove(key: string, place: Place): void {
    if (place !== 'directory' && (place === 'odd' || this.#isReal(parentOf(key)))) {
      try {
        unlinkSync(this.#path(key, place));
      } catch {
        // Gone, or made a directory by hand: no file of ours either way.
      }
    }
    if (place !== 'odd' && this.#keys.delete(key)) this.#leave(parentOf(key));
  }

  /** Removes oddities that belong to no key: what an overwritten object left when the process was killed just then. */
  sweepOddities(keys: Iterable<string>): void {
    const known = new Set([...keys].map(oddName));
    for (const name of readdirSync(this.#oddities)) {
      if (!known.has(name)) rmSync(join(this.#oddities, name), { recursive: true, force: true });
    }
  }

  #move(file: string, key: string, place: Place): void {
    if (place !== 'odd') this.#makeDirectory(parentOf(key));
    if (place === 'directory') {
      unlinkSync(file);
      return;
    }
    // ext4 writes a file to disk when it is renamed over another, which takes ten times as long as both calls. The log
    // has the new object by now, so that nothing is lost in between.
    rmSync(this.#path(key, place), { force: true });
    renameSync(file, this.#path(key, place));
  }

  #isUnderFile(path: string): boolean {
    for (let directory = parentOf(path); directory !== '' && !this.#members.has(directory);) {
      if (this.#keys.has(directory)) return true;
      directory = parentOf(directory);
    }
    return false;
  }

  #path(key: string, place: 'plain' | 'odd'): string {
    return place === 'plain' ? join(this.#root, key) : join(this.#oddities, oddName(key));
  }

  #makeDirectory(directory: string): void {
    if (this.#verified.has(directory)) return;
    this.#makeDirectory(parentOf(directory));
    try {
      mkdirSync(join(this.#root, directory));
    } catch (error) {
      if (!this.#isReal(directory)) throw error;
    }
    this.#verified.add(directory);
  }

  /** Whether a directory and all above it are there and are no links. */
  #isReal(directory: string): boolean {
    if (this.#verified.has(directory)) return true;
    if (!this.#isReal(parentOf(directory))) return false;
    if (!lstatSync(join(this.#root, directory), { throwIfNoEntry: false })?.isDirectory()) return false;
    this.#verified.add(directory);
    return true;
  }

  #enter(directory: string): void {
    if (directory === '') return;
    const members = this.#members.get(directory);
    if (members === undefined) this.#enter(parentOf(directory));
    this.#members.set(directory, (members ?? 0) + 1);
  }

  #leave(directory: string): void {
    if (directory === '') return;
    const members = (this.#members.get(directory) ?? 1) - 1;
    this.#members.set(directory, members);
    if (members > 0) return;
    this.#members.delete(directory);
    try {
      if (this.#isReal(directory)) rmdirSync(join(this.#root, directory));
    } catch {
      // Not ours alone: somebody has put a file there by hand.
    }
    this.#verified.delete(directory);
    this.#leave(parentOf(directory));
  }
}

const codeOf = (error: unknown) => (error instanceof Error && 'code' in error ? error.code : undefined);

const oddName = (key: string) => createHash('sha256').update(key).digest('hex');

/** `a/b` of `a/b/c` and of `a/b/`; empty at the top. */
const parentOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('/')));

/** Whether the key, as it is, is a relative path that stays below where it starts. */
function isPath(key: string): boolean {
  const parts = (key.endsWith('/') ? key.slice(0, -1) : key).split('/');
  return (
    !CONTROL.test(key) &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..' && Buffer.byteLength(part) <= MAX_PART_BYTES)
  );
}
