import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

import { CorruptBody, type ObjectCall } from './failure.ts';
import type { ObjectHead } from './s3.ts';
import { type Headers, checksumOf, headerOf } from './wire.ts';

/** Takes the bytes of one object as they arrive. */
export interface Check {
  update(chunk: Buffer): void;
  /** @throws CorruptBody when these are not the object's bytes */
  end(): void;
}

const crcCheck = (call: ObjectCall, stored: string): Check => {
  let crc = 0;
  return {
    update: (chunk) => {
      crc = crc32(chunk, crc);
    },
    end: () => {
      if (checksumOf(crc) !== stored) throw new CorruptBody(call, checksumOf(crc));
    },
  };
};

/** Such an ETag may be the MD5 of the bytes; of an encrypted object it need not be. */
const mayBeMd5 = (etag: string, headers: Headers): boolean =>
  /^[0-9a-f]{32}$/.test(etag) && !Object.keys(headers).some((name) => name.startsWith('x-amz-server-side-encryption'));

/**
 * Compares what arrives with what the store says of it: the checksum that is stored with the object, or else its ETag,
 * which is the MD5 of the bytes on AWS and most other stores. That a bucket's ETags are not is learned from an object
 * that arrives twice with the same bytes and another MD5; that they are, from one that fits. Objects uploaded in parts
 * are checked only where the store has a checksum of the whole.
 */
export class Integrity {
  readonly #isMd5 = new Map<string, boolean>();

  /** @param before `CorruptBody.received` of an earlier read of the same object */
  check(call: ObjectCall, headers: Headers, { etag }: ObjectHead, before?: string): Check | undefined {
    const stored = headerOf(headers, 'x-amz-checksum-crc32');
    // With a dash it is a checksum of the parts' checksums.
    if (stored !== undefined && !stored.includes('-')) return crcCheck(call, stored);
    if (this.#isMd5.get(call.bucket) === false || !mayBeMd5(etag, headers)) return undefined;
    const md5 = createHash('md5');
    return {
      update: (chunk) => md5.update(chunk),
      end: () => {
        const received = md5.digest('hex');
        if (received === etag) this.#isMd5.set(call.bucket, true);
        else if (received === before && !this.#isMd5.has(call.bucket)) this.#isMd5.set(call.bucket, false);
        else throw new CorruptBody(call, received);
      },
    };
  }
}
