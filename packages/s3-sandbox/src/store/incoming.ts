import { closeSync, openSync, rmSync, writeSync } from 'node:fs';

/**
 * Bytes on their way in: a temporary file that becomes an object or a part, or is discarded. Nothing is buffered.
 *
 * File calls are synchronous here and in the whole store: they go to the page cache and take microseconds, less than a
 * turn through the thread pool. Nothing is fsynced: acknowledged objects survive the death of the process, not a power
 * cut, which is what a sandbox owes.
 */
export class Incoming {
  readonly path: string;
  #size = 0;
  #fd: number | undefined;

  /** Makes the file; `path` must not exist. */
  constructor(path: string) {
    this.path = path;
    this.#fd = openSync(path, 'wx', 0o644);
  }

  /** Bytes so far. */
  get size(): number {
    return this.#size;
  }

  write(chunk: Uint8Array): void {
    if (this.#fd === undefined) throw new Error('written after the end');
    let done = 0;
    while (done < chunk.length) done += writeSync(this.#fd, chunk, done);
    this.#size += chunk.length;
  }

  /** All bytes are there. Does no harm the second time. */
  close(): void {
    if (this.#fd === undefined) return;
    closeSync(this.#fd);
    this.#fd = undefined;
  }

  /** Removes the file. After the file has become something else, this does nothing. */
  discard(): void {
    this.close();
    rmSync(this.path, { force: true });
  }
}
