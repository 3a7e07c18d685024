import type { Input, Output } from '@drt/contract';
import { parseArn } from '@drt/contract/arn';
import { FsxError } from '@drt/contract/errors';
import type { Tag } from '@drt/contract/tags';

import type { Context } from '../context.ts';
import { pageStart, pageToken } from '../store/pages.ts';
import { placeholders, type Sql, type Transaction } from '../store/sql.ts';

/** FSx user guide, "Tag your resources". */
const MAX_TAGS = 50;
const PAGE = 50;

type Reader = Pick<Sql | Transaction, 'query'>;

/** Tags of several resources at once, each in the order of keys. */
export async function tagsOf(sql: Reader, ids: readonly string[]): Promise<Map<string, Tag[]>> {
  const found = new Map<string, Tag[]>(ids.map((id) => [id, []]));
  if (ids.length === 0) return found;
  const rows = await sql.query<{ resource_id: string; key: string; value: string }>(
    `SELECT resource_id, key, value FROM tags WHERE resource_id IN ${placeholders(1, ids.length)} ORDER BY resource_id, key`,
    ids,
  );
  for (const row of rows) found.get(row.resource_id)?.push({ Key: row.key, Value: row.value });
  return found;
}

/**
 * Adds tags, replacing values of keys that are there.
 * @throws FsxError `BadRequest` for a reserved key or more than 50 tags.
 */
export async function putTags(tx: Transaction, resourceId: string, tags: readonly Tag[]): Promise<void> {
  if (tags.length === 0) return;
  const reserved = tags.find(({ Key }) => Key.toLowerCase().startsWith('aws:'));
  if (reserved) {
    throw new FsxError('BadRequest', `Tag key ${reserved.Key} is reserved: keys must not begin with "aws:".`);
  }
  await tx.query(
    `INSERT INTO tags (resource_id, key, value) VALUES ${placeholders(tags.length, 3)}
     ON CONFLICT (resource_id, key) DO UPDATE SET value = excluded.value`,
    tags.flatMap(({ Key, Value }) => [resourceId, Key, Value]),
  );
  const [count] = await tx.query<{ n: number }>('SELECT count(*) AS n FROM tags WHERE resource_id = $1', [resourceId]);
  if ((count?.n ?? 0) > MAX_TAGS) {
    throw new FsxError('BadRequest', `A resource has at most ${MAX_TAGS} tags; this would make ${count?.n}.`);
  }
}

const TABLES = { 'file-system': 'file_systems', association: 'associations', task: 'tasks' } as const;

/** The ID of the resource that an ARN names. */
async function resourceOf(context: Context, sql: Reader, arn: string): Promise<string> {
  const resource = parseArn(arn);
  if (!resource) {
    throw new FsxError(
      'NotServiceResourceError',
      `${arn} names no file system, data repository association or data repository task.`,
      { ResourceARN: arn },
    );
  }
  const [row] = await sql.query(`SELECT id FROM ${TABLES[resource.kind]} WHERE id = $1`, [resource.id]);
  if (!row || context.arn(resource) !== arn) {
    throw new FsxError('ResourceNotFound', `There is no resource ${arn}.`, { ResourceARN: arn });
  }
  return resource.id;
}

export const tagResource = async (context: Context, input: Input<'TagResource'>): Promise<Output<'TagResource'>> =>
  context.sql.transaction(async (tx) => {
    await putTags(tx, await resourceOf(context, tx, input.ResourceARN), input.Tags);
    return {};
  });

export const untagResource = async (
  context: Context,
  input: Input<'UntagResource'>,
): Promise<Output<'UntagResource'>> =>
  context.sql.transaction(async (tx) => {
    const id = await resourceOf(context, tx, input.ResourceARN);
    await tx.query(`DELETE FROM tags WHERE resource_id = $1 AND key IN ${placeholders(1, input.TagKeys.length, 2)}`, [
      id,
      ...input.TagKeys,
    ]);
    return {};
  });

export const listTagsForResource = async (
  context: Context,
  input: Input<'ListTagsForResource'>,
): Promise<Output<'ListTagsForResource'>> => {
  const id = await resourceOf(context, context.sql, input.ResourceARN);
  const [from] = pageStart(id, input.NextToken, [0] as readonly [number]);
  const size = Math.min(input.MaxResults ?? PAGE, PAGE);
  const all = (await tagsOf(context.sql, [id])).get(id) ?? [];
  const more = all.length > from + size;
  return { Tags: all.slice(from, from + size), ...(more ? { NextToken: pageToken(id, [from + size]) } : {}) };
};
