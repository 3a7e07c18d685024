import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
} from '@aws-sdk/client-s3';

import { S3Failure, refused, unacceptable } from './failure.ts';
import { metadataHeaders, unquoted } from './head.ts';
import { type Expected, type ObjectCall, type Uploader, fill, settle, storedAt } from './put.ts';
import { mayHaveHappened } from './retry.ts';
import type { PutOptions, Source, Stored } from './s3.ts';
import type { Sdk } from './sdk.ts';
import { encodeValue } from './sign.ts';
import { checksumOf, headerOf } from './wire.ts';

const mostParts = 10_000;
const mebibyte = 1024 * 1024;

export interface PartsUploader extends Uploader {
  readonly sdk: Sdk;
  readonly partSize: number;
  readonly partsInFlight: number;
}

interface Part {
  readonly etag: string;
  readonly crc: number;
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
  signal: AbortSignal | undefined,
): Promise<Part[]> => {
  const { wire, retrier, buffers } = uploader;
  const partSize = partSizeFor(source.size, uploader.partSize);
  const count = Math.ceil(source.size / partSize);
  const ask = { ...call, operation: 'UploadPart', method: 'PUT' } as const;
  const parts: Part[] = [];
  let next = 0;
  let failed = false;

  const sendPart = async (index: number): Promise<Part> => {
    const position = index * partSize;
    const body = await buffers.take(Math.min(partSize, source.size - position));
    let finished = false;
    try {
      signal?.throwIfAborted();
      fill(ask, source, body, position);
      const query = `partNumber=${index + 1}&uploadId=${encodeValue(uploadId)}`;
      const { headers } = await retrier.run(() => wire.ask({ ...ask, query, body }), signal);
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
    while (!failed && next < count) {
      const index = next;
      next += 1;
      try {
        parts[index] = await sendPart(index);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  };

  // All lanes are awaited: a part still on its way when the upload is aborted could outlive it.
  const lanes = await Promise.allSettled(Array.from({ length: Math.min(uploader.partsInFlight, count) }, lane));
  for (const result of lanes) if (result.status === 'rejected') throw result.reason;
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

const complete = async (
  uploader: PartsUploader,
  object: ObjectCall,
  uploadId: string,
  parts: readonly Part[],
  expected: Expected,
  { ifMatch, ifNoneMatch, signal }: PutOptions,
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
  const attempt = async (): Promise<Stored> => {
    const command = new CompleteMultipartUploadCommand(request);
    let date: number | undefined;
    command.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        date = dateIn(result.response);
        return result;
      },
      { step: 'deserialize' },
    );
    const { ETag } = await uploader.sdk.attempt(call, (client) => client.send(command));
    // Status 200 is sent before the parts are joined; an error that follows has no ETag.
    if (ETag === undefined) throw refused(call, { status: 500 });
    return { etag: unquoted(ETag), date: storedAt(date) };
  };
};
