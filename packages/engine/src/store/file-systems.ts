import type { FileSystemLifecycle } from '@drt/contract/file-systems';

import type { Sql, Transaction } from './sql.ts';

export interface FileSystemRow {
  readonly id: string;
  readonly created_at: number;
  readonly lifecycle: FileSystemLifecycle;
  readonly failure: string | null;
  /** Absolute directory. */
  readonly root: string;
  /** 1: adopted by tag, so its data is not ours to delete. */
  readonly adopted: 0 | 1;
  /** `dev:ino` of the root once a worker has seen it. */
  readonly identity: string | null;
  /** JSON of `FileSystemSettings`. */
  readonly settings: string;
}

type Reader = Pick<Sql | Transaction, 'query'>;

export const fileSystemById = async (sql: Reader, id: string): Promise<FileSystemRow | undefined> =>
  (await sql.query<FileSystemRow>('SELECT * FROM file_systems WHERE id = $1', [id]))[0];

/** The row, and nobody else writes it until the transaction ends: whoever queues or admits tasks takes turns here. */
export const lockFileSystem = async (tx: Transaction, id: string): Promise<FileSystemRow | undefined> =>
  (await tx.query<FileSystemRow>('UPDATE file_systems SET id = id WHERE id = $1 RETURNING *', [id]))[0];

export const fileSystemByRoot = async (sql: Reader, root: string): Promise<FileSystemRow | undefined> =>
  (
    await sql.query<FileSystemRow>("SELECT * FROM file_systems WHERE root = $1 AND lifecycle <> 'FAILED' LIMIT 1", [
      root,
    ])
  )[0];

/** Newest first, `limit` rows behind the row that `after` names. */
export const fileSystemsAfter = (sql: Reader, after: readonly [createdAt: number, id: string], limit: number) =>
  sql.query<FileSystemRow>(
    'SELECT * FROM file_systems WHERE (created_at, id) < ($1, $2) ORDER BY created_at DESC, id DESC LIMIT $3',
    [...after, limit],
  );

export const insertFileSystem = (tx: Transaction, row: FileSystemRow) =>
  tx.query(
    `INSERT INTO file_systems (id, created_at, lifecycle, failure, root, adopted, identity, settings)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [row.id, row.created_at, row.lifecycle, row.failure, row.root, row.adopted, row.identity, row.settings],
  );

export const setFileSystemLifecycle = (
  tx: Transaction,
  id: string,
  lifecycle: FileSystemLifecycle,
  failure: string | null = null,
) => tx.query('UPDATE file_systems SET lifecycle = $2, failure = $3 WHERE id = $1', [id, lifecycle, failure]);

export const setFileSystemIdentity = (tx: Transaction, id: string, identity: string) =>
  tx.query('UPDATE file_systems SET identity = $2 WHERE id = $1', [id, identity]);

export const deleteFileSystemRow = (tx: Transaction, id: string) =>
  tx.query('DELETE FROM file_systems WHERE id = $1', [id]);
