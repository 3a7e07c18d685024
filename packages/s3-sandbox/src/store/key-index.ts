/** Keys per block: small enough that inserting into one is cheap, large enough that the list of blocks stays short. */
const BLOCK = 1024;

/**
 * Order of S3 listings: by the bytes of the UTF-8 form. JavaScript compares UTF-16 units, which is the same except that
 * surrogates (characters above U+FFFF) sort below U+E000..U+FFFF there and above them here.
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let at = 0; at < length; at += 1) {
    const unitA = a.charCodeAt(at);
    const unitB = b.charCodeAt(at);
    if (unitA !== unitB) return rank(unitA) - rank(unitB);
  }
  return a.length - b.length;
}

function rank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}

/** A sorted set of keys. Adding and deleting cost a binary search and a short move, walking costs nothing to start. */
export class KeyIndex {
  /** Sorted blocks of sorted keys; none is empty. */
  readonly #blocks: string[][] = [];
  #size = 0;

  /** `keys` in any order, without repetition. */
  constructor(keys: Iterable<string> = []) {
    const sorted = [...keys].sort(compareKeys);
    this.#size = sorted.length;
    for (let at = 0; at < sorted.length; at += BLOCK) this.#blocks.push(sorted.slice(at, at + BLOCK));
  }

  get size(): number {
    return this.#size;
  }

  /** Does nothing when the key is there already. */
  add(key: string): void {
    const isBefore = (other: string) => compareKeys(other, key) < 0;
    // A key above every other belongs to the end of the last block.
    const at = Math.min(this.#blockOf(isBefore), this.#blocks.length - 1);
    const block = this.#blocks[at];
    if (block === undefined) {
      this.#blocks.push([key]);
      this.#size += 1;
      return;
    }
    const position = firstNot(block, isBefore);
    if (block[position] === key) return;
    block.splice(position, 0, key);
    this.#size += 1;
    if (block.length > 2 * BLOCK) this.#blocks.splice(at + 1, 0, block.splice(BLOCK));
  }

  /** Does nothing when the key is not there. */
  delete(key: string): void {
    const isBefore = (other: string) => compareKeys(other, key) < 0;
    const at = this.#blockOf(isBefore);
    const block = this.#blocks[at];
    if (block === undefined) return;
    const position = firstNot(block, isBefore);
    if (block[position] !== key) return;
    block.splice(position, 1);
    this.#size -= 1;
    if (block.length === 0) this.#blocks.splice(at, 1);
  }

  /**
   * The keys in order, from the first for which `isBefore` is false. `isBefore` must be true up to some key and false
   * from there on. The index must not change while the walk goes on.
   */
  *from(isBefore: (key: string) => boolean): Generator<string, undefined> {
    let at = this.#blockOf(isBefore);
    let block = this.#blocks[at];
    let position = block === undefined ? 0 : firstNot(block, isBefore);
    while (block !== undefined) {
      const key = block[position];
      if (key === undefined) {
        at += 1;
        block = this.#blocks[at];
        position = 0;
      } else {
        position += 1;
        yield key;
      }
    }
    return undefined;
  }

  /** The first block whose last key is not before. */
  #blockOf(isBefore: (key: string) => boolean): number {
    return firstNot(this.#blocks, (block) => {
      const last = block.at(-1);
      return last !== undefined && isBefore(last);
    });
  }
}

/** Binary search: the first position for which `isBefore` is false; the length when there is none. */
function firstNot<T>(sorted: readonly T[], isBefore: (item: T) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const item = sorted[middle];
    if (item !== undefined && isBefore(item)) low = middle + 1;
    else high = middle;
  }
  return low;
}
