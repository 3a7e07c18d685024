import type { EngineInput, EngineOutput } from '@drt/contract/engine-api';
import { FsxError } from '@drt/contract/errors';

import type { Context } from '../context.ts';
import { S3Failure } from '../s3/failure.ts';
import { associationById, type AssociationRow } from '../store/associations.ts';
import { objectKeyOf } from './resolve.ts';

const PAGE = 100;

/** Behind almost every key that begins so: what lies deeper need not be read, only stepped over. */
const behind = (prefix: string) => `${prefix}\u{10ffff}`;

type Entry = EngineOutput<'ListRepository'>['Entries'][number];

/** One level below `prefix`: objects, and what lies deeper as one directory each. */
async function* level(context: Context, { bucket }: AssociationRow, prefix: string, after: string | undefined) {
  let startAfter = after;
  let last = '';
  for (;;) {
    let jump: string | undefined;
    const options = startAfter === undefined ? {} : { startAfter };
    for await (const page of context.s3().list(bucket, prefix, options)) {
      for (const { key, size } of page) {
        const rest = key.slice(prefix.length);
        if (rest === '') continue;
        const name = rest.slice(0, rest.indexOf('/') + 1) || rest;
        // Only a name that begins with the last character there is comes twice; it is read to its end.
        if (name === last) continue;
        last = name;
        yield { Name: name, Kind: name.endsWith('/') ? 'directory' : 'file', Size: size } satisfies Entry;
        if (name.endsWith('/')) {
          jump = behind(`${prefix}${name}`);
          break;
        }
      }
      if (jump !== undefined) break;
    }
    if (jump === undefined) return;
    startAfter = jump;
  }
}

/** One page of one level of an association's data repository, in the order of keys. */
export async function listRepository(
  context: Context,
  { AssociationId: id, Path, After, MaxResults: size = PAGE }: EngineInput<'ListRepository'>,
): Promise<EngineOutput<'ListRepository'>> {
  const association = await associationById(context.sql, id);
  if (!association) {
    throw new FsxError('DataRepositoryAssociationNotFound', `There is no data repository association ${id}.`);
  }
  const prefix = objectKeyOf(association, Path === '' || Path.endsWith('/') ? Path : `${Path}/`);
  const from = After === undefined ? undefined : `${prefix}${After}`;
  const entries: Entry[] = [];
  try {
    for await (const entry of level(context, association, prefix, from?.endsWith('/') ? behind(from) : from)) {
      entries.push(entry);
      if (entries.length > size) break;
    }
  } catch (error) {
    if (!(error instanceof S3Failure)) throw error;
    throw new FsxError('BadRequest', `The data repository cannot be listed: ${error.message}.`);
  }
  return { Entries: entries.slice(0, size), More: entries.length > size };
}
