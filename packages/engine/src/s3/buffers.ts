const mayBeOutBytes = 256 * 1024 * 1024;
const smallestKept = 64 * 1024;
const largestKept = 64 * 1024 * 1024;

const capacityFor = (size: number): number =>
  size > smallestKept / 2 && size <= largestKept ? Math.max(smallestKept, 2 ** Math.ceil(Math.log2(size))) : size;

/**
 * Memory for bodies on their way out: large buffers are used again, and together they stay within 256 MiB (one buffer
 * larger than that is handed out alone). A caller holds one buffer at a time, so waiting cannot deadlock.
 */
export class Buffers {
  readonly #free = new Map<number, ArrayBuffer[]>();
  readonly #waiting: { readonly capacity: number; readonly go: () => void }[] = [];
  #out = 0;
  #kept = 0;

  /** A buffer of exactly `size` bytes with arbitrary content; waits until there is room for it. */
  async take(size: number): Promise<Buffer<ArrayBuffer>> {
    const capacity = capacityFor(size);
    if (this.#waiting.length === 0 && this.#hasRoom(capacity)) {
      this.#out += capacity;
    } else {
      // Whoever wakes the next in line counts its bytes, so that nobody takes the room in between.
      await new Promise<void>((resolve) => {
        this.#waiting.push({ capacity, go: resolve });
      });
    }
    const kept = this.#free.get(capacity)?.pop();
    if (kept === undefined) return Buffer.allocUnsafeSlow(capacity).subarray(0, size);
    this.#kept -= capacity;
    return Buffer.from(kept, 0, size);
  }

  /** Takes a buffer back whose bytes nobody looks at any more. */
  give(buffer: Buffer<ArrayBuffer>): void {
    const capacity = buffer.buffer.byteLength;
    if (capacity >= smallestKept && capacity <= largestKept && this.#kept + capacity <= mayBeOutBytes) {
      const free = this.#free.get(capacity) ?? [];
      free.push(buffer.buffer);
      this.#free.set(capacity, free);
      this.#kept += capacity;
    }
    this.drop(buffer);
  }

  /** Forgets a buffer that a broken connection may still be reading. */
  drop(buffer: Buffer<ArrayBuffer>): void {
    this.#out -= buffer.buffer.byteLength;
    for (let next = this.#waiting[0]; next !== undefined && this.#hasRoom(next.capacity); next = this.#waiting[0]) {
      this.#waiting.shift();
      this.#out += next.capacity;
      next.go();
    }
  }

  #hasRoom(capacity: number): boolean {
    return this.#out === 0 || this.#out + capacity <= mayBeOutBytes;
  }
}
