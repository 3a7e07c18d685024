import { compareKeys } from '../posix/names.ts';
import type { Attributes } from '../posix/tree.ts';
import { placeholders, type Sql, type Transaction } from '../store/sql.ts';

/**
 * What each entry looked like, on both sides, when it was last exported or imported. An export transfers what no longer
 * looks so in the tree; an import what no longer looks so in the bucket.
 */
export interface CatalogRow {
  /** The object's key without the association's prefix; a directory's ends with '/'. */
  readonly key: string;
  /** `pack` of the entry. */
  readonly attributes: string;
  readonly etag: string;
  /** Seconds since 1970: no LastModified of the object that is known to us is later. */
  readonly modified: number;
}

/** Listings of some stores tell milliseconds, headers never do: whole seconds are what can be compared. */
export const wholeSeconds = (date: Date): number => Math.floor(date.getTime() / 1000);

const LETTER = { file: 'f', directory: 'd', symlink: 'l', other: 'o' } as const;

/**
 * All that makes an entry count as changed, in one text: kind, size, mode, owner, group, mtime and ctime in ns. The size
 * of a directory is left out, since it says nothing that mtime does not and differs between file systems.
 */
export const pack = (entry: Attributes): string =>
  [
    LETTER[entry.kind],
    entry.kind === 'directory' ? 0 : entry.size,
    entry.mode.toString(8),
    entry.uid,
    entry.gid,
    entry.mtimeNs,
    entry.ctimeNs,
  ].join(' ');

const PAGE = 1000;

/** Reads the catalog of one association beside a walk or a listing that comes in the same order, a page at a time. */
export class CatalogScan {
  readonly #sql: Sql;
  readonly #associationId: string;
  #page: CatalogRow[] = [];
  #next = 0;
  #last: string;
  #atEnd = false;

  /** Reads keys behind `after`. */
  constructor(sql: Sql, associationId: string, after = '') {
    this.#sql = sql;
    this.#associationId = associationId;
    this.#last = after;
  }

  /** True when `find` for this key needs no read. */
  #holds(key: string) {
    const last = this.#page.at(-1);
    return this.#atEnd || (last !== undefined && compareKeys(last.key, key) >= 0);
  }

  /** The row of `key`, which must be behind the key of the call before. */
  async find(key: string): Promise<CatalogRow | undefined> {
    while (!this.#holds(key)) {
      this.#page = await this.#sql.query<CatalogRow>(
        `SELECT key, attributes, etag, modified FROM catalog
         WHERE association_id = $1 AND key > $2 ORDER BY key LIMIT $3`,
        [this.#associationId, this.#last, PAGE],
      );
      this.#next = 0;
      this.#last = this.#page.at(-1)?.key ?? this.#last;
      this.#atEnd = this.#page.length < PAGE;
    }
    for (let row = this.#page[this.#next]; row; row = this.#page[this.#next]) {
      const order = compareKeys(row.key, key);
      if (order > 0) return undefined;
      this.#next += 1;
      if (order === 0) return row;
    }
    return undefined;
  }
}

export const putCatalog = async (tx: Transaction, associationId: string, rows: readonly CatalogRow[]) => {
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO catalog (association_id, key, attributes, etag, modified) VALUES ${placeholders(rows.length, 5)}
     ON CONFLICT (association_id, key) DO UPDATE
     SET attributes = excluded.attributes, etag = excluded.etag, modified = excluded.modified`,
    rows.flatMap((row) => [associationId, row.key, row.attributes, row.etag, row.modified]),
  );
};

export const forgetCatalog = async (tx: Transaction, associationId: string, keys: readonly string[]) => {
  // In pieces: a statement takes only so many values, and nobody bounds how deep a bucket's keys go.
  for (let from = 0; from < keys.length; from += PAGE) {
    const some = keys.slice(from, from + PAGE);
    await tx.query(`DELETE FROM catalog WHERE association_id = $1 AND key IN ${placeholders(1, some.length, 2)}`, [
      associationId,
      ...some,
    ]);
  }
};
