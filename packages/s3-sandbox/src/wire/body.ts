import { AwsChunkedDecoder } from './aws-chunked.ts';
import { BodyCheck, type Received } from './body-check.ts';
import type { ChecksumAlgorithm } from './checksums.ts';
import { S3Error } from './errors.ts';
import { header, type S3Request } from './request.ts';
import type { ChunkSigner } from './signature.ts';

/** How the bytes come off the wire; faults slow them down or cut them off here. */
export type Source = (onChunk: (chunk: Buffer) => void) => Promise<void>;

export interface ReceiveOptions {
  /** Checks the signatures of the chunks, when the body has them. */
  readonly signer: ChunkSigner | undefined;
  /** The checksum to compute when the client names none. */
  readonly fallback?: ChecksumAlgorithm | undefined;
}

/**
 * Reads a body to its end and hands its bytes on, without the framing of `aws-chunked`. Checks everything the client has
 * said about it: length, Content-MD5, x-amz-content-sha256, x-amz-checksum-*, in headers or trailers, and the signatures
 * of its chunks.
 * @throws S3Error when any of it does not hold; by then bytes have been handed on, which the caller must discard
 */
export async function receiveBody(
  request: S3Request,
  source: Source,
  onBytes: (bytes: Buffer) => void,
  { signer, fallback }: ReceiveOptions,
): Promise<Received> {
  const payload = header(request, 'x-amz-content-sha256') ?? '';
  const framed = payload.startsWith('STREAMING-') || isAwsChunked(request);
  const check = new BodyCheck(request, framed, fallback);
  const take = (bytes: Buffer) => {
    check.update(bytes);
    onBytes(bytes);
  };
  if (!framed) {
    await source(take);
    return check.finish(new Map());
  }
  const signed = payload.startsWith('STREAMING-AWS4-HMAC-SHA256');
  const decoder = new AwsChunkedDecoder(take, signed ? signer : undefined);
  await source((piece) => decoder.push(piece));
  decoder.end();
  return check.finish(decoder.trailers);
}

/** Reads a small body, such as XML, into memory. @throws S3Error as receiveBody does, EntityTooLarge */
export async function receiveText(
  request: S3Request,
  source: Source,
  { limit, ...options }: ReceiveOptions & { readonly limit: number },
): Promise<{ readonly text: string; readonly received: Received }> {
  const pieces: Buffer[] = [];
  let size = 0;
  const collect = (bytes: Buffer) => {
    size += bytes.length;
    if (size > limit) throw new S3Error('EntityTooLarge');
    pieces.push(bytes);
  };
  const received = await receiveBody(request, source, collect, options);
  return { text: Buffer.concat(pieces).toString('utf8'), received };
}

const isAwsChunked = (request: S3Request) =>
  (header(request, 'content-encoding') ?? '').split(',').some((coding) => coding.trim() === 'aws-chunked');
