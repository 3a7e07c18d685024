import { ListObjectsV2Command, type ListObjectsV2CommandOutput, type _Object as Item } from '@aws-sdk/client-s3';

import { type Call, unacceptable } from './failure.ts';
import { unquoted } from './head.ts';
import type { Retrier } from './retry.ts';
import type { Listed } from './s3.ts';
import type { Sdk } from './sdk.ts';

interface ListOptions {
  readonly startAfter?: string;
  readonly signal?: AbortSignal;
}

/** Undoes `encoding-type=url`, in which XML carries keys that it could not carry as they are. */
const decoded = (key: string): string => {
  const percent = key.replaceAll('+', ' ');
  try {
    return decodeURIComponent(percent);
  } catch {
    // Not UTF-8, which AWS would never store: a name that no object has is better than no listing.
    return percent;
  }
};

const listed = (call: Call, encoding: string | undefined, item: Item): Listed => {
  const { Key, Size, ETag, LastModified, StorageClass } = item;
  if (Key === undefined || Size === undefined || ETag === undefined || LastModified === undefined) {
    throw unacceptable(call, 'the listing lacks Key, Size, ETag or LastModified');
  }
  return {
    key: encoding === 'url' ? decoded(Key) : Key,
    size: Size,
    etag: unquoted(ETag),
    modified: LastModified,
    ...(StorageClass === undefined ? {} : { storageClass: StorageClass }),
  };
};

/**
 * The objects under `prefix`, page by page (up to 1,000 each), in byte order of their keys. The order is checked: who
 * merges two listings must not be led astray by a store that repeats a page or sorts otherwise.
 */
export async function* listObjects(
  sdk: Sdk,
  retrier: Retrier,
  bucket: string,
  prefix: string,
  { startAfter, signal }: ListOptions,
): AsyncGenerator<readonly Listed[], void> {
  const call = { operation: 'ListObjectsV2', bucket };
  const abort = signal === undefined ? {} : { abortSignal: signal };
  let token: string | undefined;
  let previous = startAfter === undefined ? undefined : Buffer.from(startAfter);
  do {
    const command = {
      Bucket: bucket,
      Prefix: prefix,
      EncodingType: 'url',
      ...(startAfter === undefined ? {} : { StartAfter: startAfter }),
      ...(token === undefined ? {} : { ContinuationToken: token }),
    } as const;
    const page: ListObjectsV2CommandOutput = await retrier.run(
      () => sdk.attempt(call, (client) => client.send(new ListObjectsV2Command(command), abort)),
      signal,
    );
    const objects = (page.Contents ?? []).map((item) => listed(call, page.EncodingType, item));
    for (const { key } of objects) {
      const current = Buffer.from(key);
      if (!key.startsWith(prefix)) throw unacceptable(call, 'the listing names a key outside the prefix');
      if (previous !== undefined && previous.compare(current) >= 0) {
        throw unacceptable(call, 'the listing is not in byte order');
      }
      previous = current;
    }
    if (objects.length > 0) yield objects;
    const next = page.IsTruncated === true ? page.NextContinuationToken : undefined;
    if (page.IsTruncated === true && (next === undefined || next === token)) {
      throw unacceptable(call, 'the listing does not go on');
    }
    token = next;
  } while (token !== undefined);
}
