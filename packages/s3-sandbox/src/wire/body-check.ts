import { createHash, type Hash, timingSafeEqual } from 'node:crypto';

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

/** Compares the bytes of a body, as they pass, with what the headers and trailers say about them. */
export class BodyCheck {
  readonly #length: number;
  readonly #expectedMd5: Buffer | undefined;
  readonly #expectedSha256: string | undefined;
  readonly #expectedChecksum: ChecksumClaim | undefined;
  readonly #md5 = createHash('md5');
  readonly #sha256: Hash | undefined;
  readonly #checksum: Digest | undefined;
  #size = 0;

  /** Reads the headers. @throws S3Error for those that cannot be right whatever the body is */
  constructor(request: S3Request, framed: boolean, fallback: ChecksumAlgorithm | undefined) {
    this.#length = announcedLength(request, framed);
    this.#expectedMd5 = announcedMd5(request);
    const payload = header(request, 'x-amz-content-sha256') ?? '';
    if (/^[0-9a-f]{64}$/.test(payload)) {
      this.#expectedSha256 = payload;
      this.#sha256 = createHash('sha256');
    }
    this.#expectedChecksum = claimOfHeaders(request) ?? claimOfAlgorithm(request, fallback);
    if (this.#expectedChecksum !== undefined) this.#checksum = createDigest(this.#expectedChecksum.algorithm);
  }

  update(bytes: Buffer): void {
    this.#size += bytes.length;
    this.#md5.update(bytes);
    this.#sha256?.update(bytes);
    this.#checksum?.update(bytes);
  }

  /** All bytes have passed. @throws S3Error when they are not what was announced */
  finish(trailers: ReadonlyMap<string, string>): Received {
    if (this.#size !== this.#length) throw new S3Error('IncompleteBody');
    if (this.#sha256?.digest('hex') !== this.#expectedSha256) throw new S3Error('XAmzContentSHA256Mismatch');
    const md5 = this.#md5.digest();
    if (this.#expectedMd5 !== undefined && !timingSafeEqual(this.#expectedMd5, md5)) throw new S3Error('BadDigest');
    return { size: this.#size, md5: md5.toString('hex'), checksum: this.#finishChecksum(trailers) };
  }

  #finishChecksum(trailers: ReadonlyMap<string, string>): Received['checksum'] {
    const claim = this.#expectedChecksum;
    if (claim === undefined || this.#checksum === undefined) return undefined;
    const { algorithm, trailer } = claim;
    const value = this.#checksum.digest().toString('base64');
    const sent = trailer === undefined ? claim.value : trailers.get(trailer);
    if (sent === undefined && trailer !== undefined) {
      throw new S3Error('InvalidRequest', `The trailer ${trailer} is missing.`);
    }
    if (sent !== undefined && sent !== value) {
      checkForm(algorithm, sent);
      throw new S3Error('BadDigest', `The body does not have the ${algorithm} that was sent with it.`);
    }
    return { algorithm, value };
  }
}

/** Bytes of the body itself, without framing. */
function announcedLength(request: S3Request, framed: boolean): number {
  const text = header(request, framed ? 'x-amz-decoded-content-length' : 'content-length');
  // A request without body may leave the length out, as HTTP has it; a body must not come without.
  if (text === undefined && header(request, 'transfer-encoding') === undefined && !framed) return 0;
  const length = Number(text);
  if (text === undefined || !Number.isInteger(length)) throw new S3Error('MissingContentLength');
  if (length > MAX_BODY) throw new S3Error('EntityTooLarge');
  return length;
}

function announcedMd5(request: S3Request): Buffer | undefined {
  const text = header(request, 'content-md5');
  if (text === undefined) return undefined;
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length !== 16) throw new S3Error('InvalidDigest');
  return bytes;
}

interface ChecksumClaim {
  readonly algorithm: ChecksumAlgorithm;
  /** Base64; `undefined` when there is nothing to compare with, or not yet. */
  readonly value?: string | undefined;
  /** The value comes in the trailer of this name. */
  readonly trailer?: string;
}

function claimOfHeaders(request: S3Request): ChecksumClaim | undefined {
  const trailer = header(request, 'x-amz-trailer')?.trim().toLowerCase();
  const sent = CHECKSUM_ALGORITHMS.filter((algorithm) => header(request, checksumHeader(algorithm)) !== undefined);
  if (sent.length > (trailer === undefined ? 1 : 0)) throw new S3Error('InvalidRequest', 'Send one checksum only.');
  const [algorithm] = sent;
  if (algorithm !== undefined) {
    const value = header(request, checksumHeader(algorithm));
    checkForm(algorithm, value ?? '');
    return { algorithm, value };
  }
  if (trailer === undefined) return undefined;
  const named = CHECKSUM_ALGORITHMS.find((candidate) => checksumHeader(candidate) === trailer);
  if (named === undefined) throw new S3Error('InvalidRequest', `The trailer ${trailer} is not known.`);
  return { algorithm: named, trailer };
}

function claimOfAlgorithm(request: S3Request, fallback: ChecksumAlgorithm | undefined): ChecksumClaim | undefined {
  const named = header(request, 'x-amz-sdk-checksum-algorithm')?.toUpperCase() ?? fallback;
  return named !== undefined && isChecksumAlgorithm(named) ? { algorithm: named } : undefined;
}

function checkForm(algorithm: ChecksumAlgorithm, value: string): void {
  if (Buffer.from(value, 'base64').length === CHECKSUM_BYTES[algorithm]) return;
  throw new S3Error('InvalidRequest', `The value of ${checksumHeader(algorithm)} is not valid.`);
}
