import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandOutput,
} from '@aws-sdk/client-s3';

import { type Call, S3Failure } from './failure.ts';
import { decoded } from './list.ts';
import type { Retrier } from './retry.ts';
import type { Sdk } from './sdk.ts';

/** The store's clock may be so much behind ours. */
const SKEW_MS = 60_000;

const commonPrefix = (keys: ReadonlySet<string>): string => {
  let prefix: string | undefined;
  for (const key of keys) {
    prefix ??= key;
    let length = 0;
    while (length < prefix.length && prefix[length] === key[length]) length += 1;
    prefix = prefix.slice(0, length);
  }
  // Half of a surrogate pair is no text.
  return (prefix ?? '').toWellFormed().replace(/\ufffd$/, '');
};

/** The uploads of a page, and where the next page begins; undefined after the last. */
const read = (page: ListMultipartUploadsCommandOutput) => {
  const { Uploads = [], EncodingType: encoding, IsTruncated: isTruncated, NextKeyMarker, NextUploadIdMarker } = page;
  const plain = (key: string) => (encoding === 'url' ? decoded(key) : key);
  const uploads = Uploads.map(({ Key = '', UploadId: id, Initiated }) => ({
    // Ceph's radosgw encodes keys as it is asked to, but does not say so: which it is shows in what we look for.
    spellings: [plain(Key), decoded(Key)],
    id,
    began: Initiated?.getTime() ?? 0,
  }));
  const next =
    isTruncated === true && NextKeyMarker !== undefined
      ? { KeyMarker: plain(NextKeyMarker), UploadIdMarker: NextUploadIdMarker }
      : undefined;
  return { uploads, next };
};

async function* listUploads(sdk: Sdk, retrier: Retrier, bucket: string, prefix: string) {
  const call: Call = { operation: 'ListMultipartUploads', bucket };
  let markers: object | undefined = {};
  while (markers !== undefined) {
    const command = new ListMultipartUploadsCommand({
      Bucket: bucket,
      Prefix: prefix,
      EncodingType: 'url',
      ...markers,
    });
    const { uploads, next } = read(await retrier.run(() => sdk.attempt(call, (client) => client.send(command))));
    yield* uploads;
    markers = next;
  }
}

/**
 * Aborts the multipart uploads to exactly these keys that were begun since: what a process that was killed has left, or
 * a request whose answer was lost. Nobody can tell them from uploads of somebody else who writes to the same key at the
 * same time, and who is ended too.
 * @throws S3Failure where uploads may not be listed or aborted
 */
export const abandonUploads = async (
  sdk: Sdk,
  retrier: Retrier,
  bucket: string,
  keys: ReadonlySet<string>,
  since: Date,
): Promise<void> => {
  for await (const { spellings, id, began } of listUploads(sdk, retrier, bucket, commonPrefix(keys))) {
    const key = spellings.find((spelling) => keys.has(spelling));
    if (key === undefined || began < since.getTime() - SKEW_MS) continue;
    const call = { operation: 'AbortMultipartUpload', bucket, key };
    const command = new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: id });
    try {
      await retrier.run(() => sdk.attempt(call, (client) => client.send(command)));
    } catch (error) {
      // It has ended meanwhile, one way or the other.
      if (!(error instanceof S3Failure) || error.s3Code !== 'NoSuchUpload') throw error;
    }
  }
};
