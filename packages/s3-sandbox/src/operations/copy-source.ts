import { createHash } from 'node:crypto';
import { closeSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';

import { checkRead } from '../store/conditions.ts';
import type { Incoming } from '../store/incoming.ts';
import type { StoredObject } from '../store/object-log.ts';
import type { Received } from '../wire/body-check.ts';
import { type ChecksumAlgorithm, createDigest } from '../wire/checksums.ts';
import { S3Error } from '../wire/errors.ts';
import { pieces } from '../wire/reply.ts';
import { decode, header } from '../wire/request.ts';
import type { Context } from './context.ts';
import type { ByteRange } from './range.ts';

const MAX_COPY = 5 * 2 ** 30;

/** The object that a copy is made of, held open. */
export interface CopySource {
  readonly bucket: string;
  readonly key: string;
  readonly object: StoredObject;
  readonly fd: number | undefined;
  /** Does no harm the second time. */
  close(): void;
}

/**
 * Opens what x-amz-copy-source names, if its conditions hold.
 * @throws S3Error InvalidArgument, NoSuchBucket, NoSuchKey, PreconditionFailed
 */
export function copySource({ request, store }: Context): CopySource {
  const [path = '', version] = (header(request, 'x-amz-copy-source') ?? '').split('?versionId=');
  if (version !== undefined) throw new S3Error('NotImplemented', 'The sandbox keeps no versions.');
  const [, bucket, key] = /^\/?([^/]+)\/(.+)$/s.exec(decode(path)) ?? [];
  if (bucket === undefined || key === undefined) throw new S3Error('InvalidArgument', 'The copy source is not a key.');
  const object = store.bucket(bucket).find(key);
  const condition = (name: string) => header(request, `x-amz-copy-source-if-${name}`);
  const holds = checkRead(object, {
    ifMatch: condition('match'),
    ifNoneMatch: condition('none-match'),
    ifModifiedSince: condition('modified-since'),
    ifUnmodifiedSince: condition('unmodified-since'),
  });
  if (!holds) throw new S3Error('PreconditionFailed');
  const { fd } = store.bucket(bucket).read(key);
  let open = fd !== undefined;
  const close = () => {
    if (open && fd !== undefined) closeSync(fd);
    open = false;
  };
  return { bucket, key, object, fd, close };
}

/** Copies the bytes, or a range of them, and says what receiving them would have said. @throws S3Error InvalidRequest */
export async function copyBytes(
  { object, fd }: CopySource,
  range: ByteRange | undefined,
  into: Incoming,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<Received> {
  const { start, length } = range ?? { start: 0, length: object.size };
  if (length > MAX_COPY) throw new S3Error('InvalidRequest', 'A copy may have at most 5 GiB: copy in parts.');
  const md5 = createHash('md5');
  const digest = algorithm === undefined ? undefined : createDigest(algorithm);
  for (const piece of fd === undefined ? [] : pieces({ fd, start, length })) {
    md5.update(piece);
    digest?.update(piece);
    into.write(piece);
    // Gigabytes may be copied here: others want to be served between two pieces.
    await turn();
  }
  const value = digest?.digest().toString('base64');
  const checksum = algorithm === undefined || value === undefined ? undefined : { algorithm, value };
  return { size: length, md5: md5.digest('hex'), checksum };
}
