import { HeadBucketCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';

import { type Call, type ObjectCall, S3Failure, unacceptable } from './failure.ts';
import type { Metadata, ObjectHead } from './s3.ts';
import type { Sdk } from './sdk.ts';
import { type Answer, type Headers, type Wire, headerOf } from './wire.ts';

const metaPrefix = 'x-amz-meta-';
const metadataName = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;
const printable = /^(?:[!-~](?:[ -~]*[!-~])?)?$/;

export const unquoted = (etag: string): string => etag.replaceAll('"', '');

/**
 * User metadata as request headers. Only what every store returns unchanged is accepted: names in lower case, values of
 * printable ASCII without a space at either end (S3 answers with anything else encoded, or trimmed).
 */
export const metadataHeaders = (call: Call, metadata: Metadata): Record<string, string> => {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(metadata)) {
    if (!metadataName.test(name)) throw unacceptable(call, 'a metadata name is not a header name in lower case');
    if (!printable.test(value)) throw unacceptable(call, `the metadata value of ${name} is not printable ASCII`);
    headers[metaPrefix + name] = value;
  }
  return headers;
};

const metadataOf = (headers: Headers): Metadata => {
  const metadata: Record<string, string> = {};
  for (const name of Object.keys(headers)) {
    if (name.startsWith(metaPrefix)) metadata[name.slice(metaPrefix.length)] = headerOf(headers, name) ?? '';
  }
  return metadata;
};

/** What the headers of a HEAD or of a GET of the whole object say of it. */
export const headOf = (call: Call, { headers }: Answer): ObjectHead => {
  const size = Number(headerOf(headers, 'content-length') ?? Number.NaN);
  const modified = new Date(headerOf(headers, 'last-modified') ?? Number.NaN);
  const etag = headerOf(headers, 'etag');
  if (!Number.isSafeInteger(size) || Number.isNaN(modified.getTime()) || etag === undefined) {
    throw unacceptable(call, 'the answer lacks Content-Length, Last-Modified or ETag');
  }
  const storageClass = headerOf(headers, 'x-amz-storage-class');
  return {
    size,
    etag: unquoted(etag),
    modified,
    metadata: metadataOf(headers),
    ...(storageClass === undefined ? {} : { storageClass }),
  };
};

/** The refusal of a HEAD has no body to say why: then the same is asked by GET. */
const isWordless = (error: unknown): boolean =>
  error instanceof S3Failure && (error.status === 400 || error.status === 403);

/** One attempt of a HEAD. */
export const askHead = async (
  wire: Wire,
  call: ObjectCall,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> => {
  try {
    return await wire.ask({ ...call, headers, method: 'HEAD' });
  } catch (error) {
    if (!isWordless(error)) throw error;
    const { body } = await wire.open({ ...call, headers: { range: 'bytes=0-0' }, method: 'GET' });
    for await (const _chunk of body);
    throw error;
  }
};

/** One attempt to find out whether the bucket is there and may be listed. */
export const askHeadBucket = async (sdk: Sdk, bucket: string): Promise<void> => {
  const call = { operation: 'HeadBucket', bucket };
  try {
    await sdk.attempt(call, (client) => client.send(new HeadBucketCommand({ Bucket: bucket })));
  } catch (error) {
    if (!isWordless(error)) throw error;
    await sdk.attempt(call, (client) => client.send(new ListObjectsV2Command({ Bucket: bucket, MaxKeys: 1 })));
    throw error;
  }
};
