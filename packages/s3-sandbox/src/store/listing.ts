import { compareKeys, type KeyIndex } from './key-index.ts';

/** Which keys a page is to hold. */
export interface ListQuery {
  readonly prefix: string;
  /** Empty: no grouping. */
  readonly delimiter: string;
  /** The page begins behind this key or common prefix; empty: at the beginning. */
  readonly after: string;
  /** How many keys and common prefixes together. */
  readonly limit: number;
}

export interface ListPage {
  readonly keys: string[];
  readonly prefixes: string[];
  /** The last entry of either kind, for `after` of the next page; `undefined` when this is the last page. */
  readonly next: string | undefined;
}

/**
 * One page of a listing. Costs the page and a binary search for each common prefix, whatever lies behind the prefix.
 */
export function listPage(index: KeyIndex, { prefix, delimiter, after, limit }: ListQuery): ListPage {
  const keys: string[] = [];
  const prefixes: string[] = [];
  let walk = groupOf(after, prefix, delimiter) === after ? behindGroup(index, after) : behindKey(index, after, prefix);
  let last: string | undefined;
  for (;;) {
    const { value: key } = walk.next();
    if (key === undefined || !key.startsWith(prefix)) return { keys, prefixes, next: undefined };
    if (keys.length + prefixes.length >= limit) return { keys, prefixes, next: last };
    const group = groupOf(key, prefix, delimiter);
    if (group === undefined) {
      keys.push(key);
    } else {
      prefixes.push(group);
      walk = behindGroup(index, group);
    }
    last = group ?? key;
  }
}

/** The common prefix that a key is counted under, or `undefined`. */
export function groupOf(key: string, prefix: string, delimiter: string): string | undefined {
  if (delimiter === '' || !key.startsWith(prefix)) return undefined;
  const at = key.indexOf(delimiter, prefix.length);
  return at === -1 ? undefined : key.slice(0, at + delimiter.length);
}

const behindKey = (index: KeyIndex, after: string, prefix: string) =>
  index.from((key) => (after !== '' && compareKeys(key, after) <= 0) || compareKeys(key, prefix) < 0);

const behindGroup = (index: KeyIndex, group: string) =>
  index.from((key) => key.startsWith(group) || compareKeys(key, group) < 0);
