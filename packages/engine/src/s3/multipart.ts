import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
} from '@aws-sdk/client-s3';

import { abandonUploads } from './abandon.ts';
import { type ObjectCall, refused, S3Failure, unacceptable } from './failure.ts';
import { metadataHeaders, unquoted } from './head.ts';
import { type Expected, type Uploader, fill, store, storedAt } from './put.ts';
import { mayHaveHappened } from './retry.ts';
import type { Metadata, PutOptions, Source, Stored } from './s3.ts';
import type { Sdk } from './sdk.ts';
import { encodeValue } from './sign.ts';
import { checkKey, checksumOf, dateOf, headerOf } from './wire.ts';

const mostParts = 10_000;
const mebibyte = 1024 * 1024;

export interface PartsUploader extends Uploader {
  readonly sdk: Sdk;
  readonly partSize: number;
  readonly partsInFlight: number;
}

interface Part {
  readonly etag: string;
  /** CRC-32 in base64, where the store keeps one. */
  readonly checksum: string | undefined;
}

/** The part size in bytes: `wanted`, or as many whole MiB as it takes to keep within 10,000 parts. */
export const partSizeFor = (size: number, wanted: number): number =>
  size <= wanted * mostParts ? wanted : Math.ceil(size / mostParts / mebibyte) * mebibyte;

/** Parts of one upload on their way, a few at a time, read in order. */
const sendParts = async (
  uploader: PartsUploader,
  call: ObjectCall,
  uploadId: string,
  source: Source,
  { signal, mayBegin, moved }: PutOptions,
): Promise<Part[]> => {
  const { wire, retrier, buffers } = uploader;
  const partSize = partSizeFor(source.size, uploader.partSize);
  const count = Math.ceil(source.size / partSize);
  const ask = { ...call, operation: 'UploadPart', method: 'PUT' } as const;
  const parts: Part[] = [];
  let next = 0;
  // The first failure ends the others' waits too.
  const stop = new AbortController();
  const ending = signal === undefined ? stop.signal : AbortSignal.any([stop.signal, signal]);

  const sendPart = async (index: number): Promise<Part> => {
    const position = index * partSize;
    const body = await buffers.take(Math.min(partSize, source.size - position));
    let finished = false;
    try {
      ending.throwIfAborted();
      await fill(ask, source, body, position);
      const query = `partNumber=${index + 1}&uploadId=${encodeValue(uploadId)}`;
      const send = () => {
        mayBegin?.();
        // Not cut by another part's failure: what the store still works on could outlive the upload's abortion.
        return wire.ask({ ...ask, query, body, signal, moved });
      };
      const { headers } = await retrier.run(send, ending);
      const etag = headerOf(headers, 'etag');
      if (etag === undefined) throw unacceptable(ask, 'the answer lacks an ETag');
      finished = true;
      return { etag: unquoted(etag), checksum: headerOf(headers, 'x-amz-checksum-crc32') };
    } finally {
      if (finished) buffers.give(body);
      else buffers.drop(body);
    }
  };
  const lane = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      parts[index] = await sendPart(index);
    }
  };
  const lanes = Array.from({ length: Math.min(uploader.partsInFlight, count) }, async () =>
    lane().catch((error: unknown) => {
      stop.abort(error);
    }),
  );
  // All of them: a part still on its way when the upload is aborted could outlive it.
  await Promise.all(lanes);
  stop.signal.throwIfAborted();
  return parts;
};

/** What the object will look like: S3 hashes the parts' binary hashes and adds their number. */
const expectedOf = (size: number, metadata: Metadata, parts: readonly Part[]): Expected => ({
  size,
  metadata,
  etag: () => `${hash('md5', Buffer.from(parts.map(({ etag }) => etag).join(''), 'hex'), 'hex')}-${parts.length}`,
  checksum: () => {
    const sums = Buffer.concat(parts.map(({ checksum = '' }) => Buffer.from(checksum, 'base64')));
    return `${checksumOf(crc32(sums))}-${parts.length}`;
  },
});

const dateIn = (response: unknown): number | undefined =>
  typeof response === 'object' &&
  response !== null &&
  'headers' in response &&
  typeof response.headers === 'object' &&
  response.headers !== null &&
  'date' in response.headers
    ? dateOf({ date: String(response.headers.date) })
    : undefined;

/** Joins the parts: only now the object becomes visible. */
const complete = async (
  uploader: PartsUploader,
  object: ObjectCall,
  uploadId: string,
  parts: readonly Part[],
  expected: Expected,
  { ifMatch, ifNoneMatch, signal, mayBegin }: PutOptions,
): Promise<Stored> => {
  const call = { ...object, operation: 'CompleteMultipartUpload' };
  const request = {
    Bucket: call.bucket,
    Key: call.key,
    UploadId: uploadId,
    MultipartUpload: {
      Parts: parts.map(({ etag, checksum }, index) => ({
        PartNumber: index + 1,
        ETag: `"${etag}"`,
        ...(checksum === undefined ? {} : { ChecksumCRC32: checksum }),
      })),
    },
    ...(ifMatch === undefined ? {} : { IfMatch: `"${ifMatch}"` }),
    ...(ifNoneMatch === undefined ? {} : { IfNoneMatch: ifNoneMatch }),
  };
  let date: number | undefined;
  const once = async (): Promise<Stored> => {
    mayBegin?.();
    const command = new CompleteMultipartUploadCommand(request);
    command.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        date = dateIn(result.response);
        return result;
      },
      { step: 'deserialize' },
    );
    const { ETag } = await uploader.sdk.attempt(call, (client) =>
      client.send(command, signal ? { abortSignal: signal } : {}),
    );
    // Status 200 is sent before the parts are joined; an answer that turned into an error after it has no ETag.
    if (ETag === undefined) throw refused(call, { status: 500 });
    // Ceph's radosgw answers an empty one; what it then lists is what every store computes from the parts.
    return { etag: unquoted(ETag) || expected.etag(), date: storedAt(date) };
  };
  return store(uploader, object, expected, once, signal);
};

/** Sends the parts of an upload that was begun and joins them, or aborts it. */
const upload = async (
  uploader: PartsUploader,
  object: ObjectCall,
  uploadId: string,
  source: Source,
  options: PutOptions,
): Promise<Stored> => {
  const { sdk, retrier } = uploader;
  const { metadata = {}, signal } = options;
  const { bucket, key } = object;
  try {
    const parts = await sendParts(uploader, object, uploadId, source, options);
    await source.confirm();
    signal?.throwIfAborted();
    return await complete(uploader, object, uploadId, parts, expectedOf(source.size, metadata, parts), options);
  } catch (error) {
    const abortion = { ...object, operation: 'AbortMultipartUpload' };
    const abort = new AbortMultipartUploadCommand({ Bucket: bucket, Key: key, UploadId: uploadId });
    await retrier
      .run(() => sdk.attempt(abortion, (client) => client.send(abort)))
      // The failure that led here says more; what could not be aborted is left to the bucket's lifecycle rules.
      .catch(() => {});
    throw error;
  }
};

/** Uploads a source in parts. Whatever goes wrong, no upload is left behind that the store could be told about. */
export const putParts = async (
  uploader: PartsUploader,
  bucket: string,
  key: string,
  source: Source,
  options: PutOptions,
): Promise<Stored> => {
  const { sdk, retrier } = uploader;
  const { metadata = {}, contentType, signal, mayBegin } = options;
  const object = { operation: 'PutObject', bucket, key };
  checkKey(object);
  metadataHeaders(object, metadata);
  const creation = { ...object, operation: 'CreateMultipartUpload' };
  const { secure } = await sdk.address(creation);
  const create = new CreateMultipartUploadCommand({
    Bucket: bucket,
    Key: key,
    Metadata: metadata,
    ...(contentType === undefined ? {} : { ContentType: contentType }),
    ...(secure ? { ChecksumAlgorithm: 'CRC32' } : {}),
  });
  const began = new Date();
  let isCreationUnsure = false;
  const begin = async () => {
    mayBegin?.();
    try {
      return await sdk.attempt(creation, (client) => client.send(create));
    } catch (error) {
      isCreationUnsure ||= error instanceof S3Failure && mayHaveHappened(error);
      throw error;
    }
  };
  try {
    const { UploadId: uploadId } = await retrier.run(begin, signal);
    if (uploadId === undefined) throw unacceptable(creation, 'the answer lacks an UploadId');
    return await upload(uploader, object, uploadId, source, options);
  } finally {
    // An upload whose ID was in a lost answer. What cannot be found and aborted is left to the bucket's lifecycle rules.
    if (isCreationUnsure) await abandonUploads(sdk, retrier, bucket, new Set([key]), began).catch(() => {});
  }
};
