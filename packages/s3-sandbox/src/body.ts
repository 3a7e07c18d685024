import { createHash, timingSafeEqual } from 'node:crypto';

import { AwsChunkedDecoder } from './aws-chunked.ts';
import {
  CHECKSUM_ALGORITHMS,
  CHECKSUM_BYTES,
  type ChecksumAlgorithm,
  checksumHeader,
  createDigest,
  type Digest,
  isChecksumAlgorithm,
} from './checksums.ts';
import { S3Error } from './errors.ts';
import { header, type S3Request } from './request.ts';
import type { ChunkSigner } from './signature.ts';

/** Most that one PUT may carry: 5 GiB, as in S3. */
const MAX_BODY = 5 * 2 ** 30;

/** What was found out about a body while it passed. */
export interface Received {
  readonly size: number;
  /** Hex. */
  readonly md5: string;
  /** The checksum that the client sent and that holds, or one computed because the client named an algorithm. */
  readonly checksum: { readonly algorithm: ChecksumAlgorithm; readonly value: string } | undefined;
}

/** How the bytes come off the wire; faults slow them down or cut them off here. */
export type Source = (onChunk: (chunk: Buffer) => void) => Promise<void>;

/**
 * Reads a body to its end and hands its bytes on, without the framing of `aws-chunked`. Checks everything the client has
 * said about it: length, Content-MD5, x-amz-content-sha256, x-amz-checksum-*, in headers or trailers, and with a signer
 * the signatures of its chunks. `fallback` is the checksum to compute when the client names none.
 * @throws S3Error when any of it does not hold; by then bytes have been handed on, which the caller must discard
 */
export async function receiveBody(
  request: S3Request,
  source: Source,
  onBytes: (bytes: Buffer) => void,
  { signer, fallback }: { readonly signer?: ChunkSigner | undefined; readonly fallback?: ChecksumAlgorithm } = {},
): Promise<Received> {
  const payload = header(request, 'x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD';
  const streamed = payload.startsWith('STREAMING-') || isAwsChunked(request);
  const length = announcedLength(request, streamed);
  const wanted = wantedChecksum(request, fallback);
  const expectedMd5 = wantedMd5(request);
  const sha256 = /^[0-9a-f]{64}$/.test(payload) ? createHash('sha256') : undefined;
  const checksum = wanted === undefined ? undefined : createDigest(wanted.algorithm);
  const md5 = createHash('md5');
  let size = 0;
  const digests: Digest[] = [md5, ...(sha256 === undefined ? [] : [sha256]), ...(checksum === undefined ? [] : [checksum])];
  const take = (bytes: Buffer) => {
    size += bytes.length;
    for (const digest of digests) digest.update(bytes);
    onBytes(bytes);
  };

  const signed = payload.startsWith('STREAMING-AWS4-HMAC-SHA256');
  const decoder = streamed ? new AwsChunkedDecoder(take, signed ? signer : undefined) : undefined;
  await source(decoder === undefined ? take : (piece) => decoder.push(piece));
  decoder?.end();

  if (size !== length) throw new S3Error('IncompleteBody');
  if (sha256 !== undefined && sha256.digest('hex') !== payload) throw new S3Error('XAmzContentSHA256Mismatch');
  const md5Bytes = md5.digest();
  if (expectedMd5 !== undefined && !timingSafeEqual(expectedMd5, md5Bytes)) throw new S3Error('BadDigest');
  const value = checksum?.digest().toString('base64');
  if (wanted === undefined || value === undefined) return { size, md5: md5Bytes.toString('hex'), checksum: undefined };
  checkValue(wanted, value, decoder?.trailers);
  return { size, md5: md5Bytes.toString('hex'), checksum: { algorithm: wanted.algorithm, value } };
}

/** Reads a small body, such as XML, into memory. @throws S3Error as receiveBody does, EntityTooLarge */
export async function receiveText(
  request: S3Request,
  source: Source,
  options: { readonly signer?: ChunkSigner | undefined; readonly limit: number },
): Promise<{ readonly text: string; readonly received: Received }> {
  const pieces: Buffer[] = [];
  let size = 0;
  const collect = (bytes: Buffer) => {
    size += bytes.length;
    if (size > options.limit) throw new S3Error('EntityTooLarge');
    pieces.push(bytes);
  };
  const received = await receiveBody(request, source, collect, { signer: options.signer });
  return { text: Buffer.concat(pieces).toString('utf8'), received };
}

const isAwsChunked = (request: S3Request) =>
  (header(request, 'content-encoding') ?? '').split(',').some((coding) => coding.trim() === 'aws-chunked');

/** Bytes of the body itself, without framing. */
function announcedLength(request: S3Request, streamed: boolean): number {
  const text = header(request, streamed ? 'x-amz-decoded-content-length' : 'content-length');
  // A request without body may leave the length out, as HTTP has it; a body must not come without.
  if (text === undefined && header(request, 'transfer-encoding') === undefined && !streamed) return 0;
  const length = Number(text);
  if (text === undefined || !Number.isInteger(length)) throw new S3Error('MissingContentLength');
  if (length > MAX_BODY) throw new S3Error('EntityTooLarge');
  return length;
}

function wantedMd5(request: S3Request): Buffer | undefined {
  const text = header(request, 'content-md5');
  if (text === undefined) return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 16) throw new S3Error('InvalidDigest');
  return bytes;
}

interface WantedChecksum {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; `undefined` when there is nothing to compare with. */
  readonly value: string | undefined;
  /** The value comes in the trailer of this name. */
  readonly trailer: string | undefined;
}

function wantedChecksum(request: S3Request, fallback: ChecksumAlgorithm | undefined): WantedChecksum | undefined {
  const trailer = header(request, 'x-amz-trailer')?.trim().toLowerCase();
  const sent = CHECKSUM_ALGORITHMS.filter((algorithm) => header(request, checksumHeader(algorithm)) !== undefined);
  if (sent.length + (trailer === undefined ? 0 : 1) > 1) throw new S3Error('InvalidRequest', 'Send one checksum only.');
  const [first] = sent;
  if (first !== undefined) {
    const value = header(request, checksumHeader(first));
    if (value !== undefined && Buffer.from(value, 'base64').length !== CHECKSUM_BYTES[first]) throw invalidValue(first);
    return { algorithm: first, value, trailer: undefined };
  }
  if (trailer !== undefined) {
    const algorithm = CHECKSUM_ALGORITHMS.find((candidate) => checksumHeader(candidate) === trailer);
    if (algorithm === undefined) throw new S3Error('InvalidRequest', `The trailer ${trailer} is not known.`);
    return { algorithm, value: undefined, trailer };
  }
  const named = header(request, 'x-amz-sdk-checksum-algorithm')?.toUpperCase() ?? fallback;
  return named !== undefined && isChecksumAlgorithm(named)
    ? { algorithm: named, value: undefined, trailer: undefined }
    : undefined;
}

function checkValue(wanted: WantedChecksum, actual: string, trailers: ReadonlyMap<string, string> | undefined): void {
  const { algorithm, trailer } = wanted;
  const sent = trailer === undefined ? wanted.value : trailers?.get(trailer);
  if (sent === undefined && trailer !== undefined) throw new S3Error('InvalidRequest', `The trailer ${trailer} is missing.`);
  if (sent === undefined || sent === actual) return;
  if (Buffer.from(sent, 'base64').length !== CHECKSUM_BYTES[algorithm]) throw invalidValue(algorithm);
  throw new S3Error('BadDigest', `The body does not have the ${algorithm} that was sent with it.`);
}

const invalidValue = (algorithm: ChecksumAlgorithm) =>
  new S3Error('InvalidRequest', `The value of ${checksumHeader(algorithm)} is not valid.`);
