import type { AssociationLifecycle } from '@drt/contract/associations';

import type { Sql, Transaction } from './sql.ts';

export interface AssociationRow {
  readonly id: string;
  readonly file_system_id: string;
  readonly created_at: number;
  readonly lifecycle: AssociationLifecycle;
  readonly failure: string | null;
  /** Relative to the root, without slashes at its ends; '' is the root. */
  readonly directory: string;
  readonly bucket: string;
  /** Key prefix: '' or ending with '/'. */
  readonly prefix: string;
  readonly import_on_create: 0 | 1;
  readonly chunk_size: number;
  /** JSON of the member S3. */
  readonly policies: string;
}

type Reader = Pick<Sql | Transaction, 'query'>;

export const associationById = async (sql: Reader, id: string): Promise<AssociationRow | undefined> =>
  (await sql.query<AssociationRow>('SELECT * FROM associations WHERE id = $1', [id]))[0];

/** Oldest first. */
export const associationsOf = (sql: Reader, fileSystemId: string) =>
  sql.query<AssociationRow>('SELECT * FROM associations WHERE file_system_id = $1 ORDER BY created_at, id', [
    fileSystemId,
  ]);

/** Oldest first, `limit` rows behind the row that `after` names. */
export const associationsAfter = (sql: Reader, after: readonly [createdAt: number, id: string], limit: number) =>
  sql.query<AssociationRow>(
    'SELECT * FROM associations WHERE (created_at, id) > ($1, $2) ORDER BY created_at, id LIMIT $3',
    [...after, limit],
  );

export const insertAssociation = (tx: Transaction, row: AssociationRow) =>
  tx.query(
    `INSERT INTO associations (id, file_system_id, created_at, lifecycle, failure, directory, bucket, prefix,
       import_on_create, chunk_size, policies)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      row.id,
      row.file_system_id,
      row.created_at,
      row.lifecycle,
      row.failure,
      row.directory,
      row.bucket,
      row.prefix,
      row.import_on_create,
      row.chunk_size,
      row.policies,
    ],
  );

export const setAssociationLifecycle = (
  tx: Transaction,
  id: string,
  lifecycle: AssociationLifecycle,
  failure: string | null = null,
) => tx.query('UPDATE associations SET lifecycle = $2, failure = $3 WHERE id = $1', [id, lifecycle, failure]);

export const updateAssociationSettings = (tx: Transaction, id: string, policies: string, chunkSize: number) =>
  tx.query('UPDATE associations SET policies = $2, chunk_size = $3 WHERE id = $1', [id, policies, chunkSize]);

export const deleteAssociationRow = async (tx: Transaction, id: string) => {
  await tx.query('DELETE FROM catalog WHERE association_id = $1', [id]);
  await tx.query('DELETE FROM tags WHERE resource_id = $1', [id]);
  await tx.query('DELETE FROM associations WHERE id = $1', [id]);
};
