import type { Input, Output } from '@drt/contract';
import type { S3Configuration } from '@drt/contract/associations';
import { FsxError } from '@drt/contract/errors';

import type { Context } from '../context.ts';
import { associationById, updateAssociationSettings } from '../store/associations.ts';
import { describeAssociationRows } from './describe.ts';

/** Changes policies and chunk size; paths cannot be changed. A policy that is left out stays as it was. */
export async function updateDataRepositoryAssociation(
  context: Context,
  { AssociationId: id, S3: policies, ImportedFileChunkSize: chunkSize }: Input<'UpdateDataRepositoryAssociation'>,
): Promise<Output<'UpdateDataRepositoryAssociation'>> {
  const row = await context.sql.transaction(async (tx) => {
    const before = await associationById(tx, id);
    if (!before) {
      throw new FsxError('DataRepositoryAssociationNotFound', `There is no data repository association ${id}.`);
    }
    if (before.lifecycle === 'DELETING') throw new FsxError('BadRequest', `Association ${id} is DELETING.`);
    // Written from a decoded request.
    const merged: S3Configuration = { ...(JSON.parse(before.policies) as S3Configuration), ...policies };
    await updateAssociationSettings(tx, id, JSON.stringify(merged), chunkSize ?? before.chunk_size);
    return associationById(tx, id);
  });
  const [association] = row ? await describeAssociationRows(context, [row]) : [];
  return association ? { Association: association } : {};
}
