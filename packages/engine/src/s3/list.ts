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
export const decoded = (key: string): string => {
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

/** Throws when the page is not the continuation, in byte order, of what ends with `previous`. */
const checkOrder = (call: Call, prefix: string, previous: string | undefined, page: readonly Listed[]): void => {
  let last = previous === undefined ? undefined : Buffer.from(previous);
  for (const { key } of page) {
    if (!key.startsWith(prefix)) throw unacceptable(call, 'the listing names a key outside the prefix');
    const current = Buffer.from(key);
    if (last !== undefined && last.compare(current) >= 0) throw unacceptable(call, 'the listing is not in byte order');
    last = current;
  }
};

/** The token of the next page; undefined after the last one. */
const tokenAfter = (call: Call, page: ListObjectsV2CommandOutput): string | undefined => {
  if (page.IsTruncated !== true) return undefined;
  const { NextContinuationToken: next } = page;
  if (next === undefined || next === page.ContinuationToken) throw unacceptable(call, 'the listing does not go on');
  return next;
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
  const first = {
    Bucket: bucket,
    Prefix: prefix,
    EncodingType: 'url',
    ...(startAfter === undefined ? {} : { StartAfter: startAfter }),
  } as const;
  let token: string | undefined;
  let previous = startAfter;
  do {
    const command = new ListObjectsV2Command(token === undefined ? first : { ...first, ContinuationToken: token });
    const page = await retrier.run(() => sdk.attempt(call, (client) => client.send(command, abort)), signal);
    const objects = (page.Contents ?? []).map((item) => listed(call, page.EncodingType, item));
    checkOrder(call, prefix, previous, objects);
    previous = objects.at(-1)?.key ?? previous;
    token = tokenAfter(call, page);
    if (objects.length > 0) yield objects;
  } while (token !== undefined);
}
