import { abandonUploads } from './abandon.ts';
import { Buffers } from './buffers.ts';
import { getObject } from './get.ts';
import { askHead, askHeadBucket, headOf } from './head.ts';
import { Integrity } from './integrity.ts';
import { listObjects } from './list.ts';
import { putParts } from './multipart.ts';
import { putWhole } from './put.ts';
import { Replacer } from './replace.ts';
import { Retrier } from './retry.ts';
import { Sdk } from './sdk.ts';
import { Wire } from './wire.ts';

/** What `openS3` needs to know. Everything but the region has a default. */
export interface S3Options {
  /** Such as `http://127.0.0.1:9090`; without it, AWS S3 itself in `region` (virtual-hosted style). */
  readonly endpoint?: string;
  readonly region: string;
  /** Static keys; without them, the AWS SDK's provider chain. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** Bytes a part; default 16 MiB, raised so that 10,000 parts hold the object. */
  readonly partSize?: number;
  /** Bytes from which an object is uploaded in parts; default 32 MiB. */
  readonly multipartThreshold?: number;
  /** Parts of one object on the wire at a time; default 4. */
  readonly partsInFlight?: number;
  /** Attempts after the first; default 10. */
  readonly retries?: number;
  /** An attempt that moves no byte for so many milliseconds has failed; default 30,000. */
  readonly stallMs?: number;
  /** Milliseconds to connect; default 10,000. */
  readonly connectMs?: number;
}

/** User metadata; keys in lower case and without `x-amz-meta-`. */
export type Metadata = Readonly<Record<string, string>>;

/** One line of a listing. */
export interface Listed {
  readonly key: string;
  readonly size: number;
  /** Without quotation marks. */
  readonly etag: string;
  readonly modified: Date;
  readonly storageClass?: string;
}

export interface ObjectHead {
  readonly size: number;
  /** Without quotation marks. */
  readonly etag: string;
  readonly modified: Date;
  readonly metadata: Metadata;
  readonly storageClass?: string;
}

export interface GetOptions {
  /** Only the version with this ETag (without quotation marks); else `PreconditionFailed`. */
  readonly ifMatch?: string;
  readonly signal?: AbortSignal;
  /** Told whenever bytes have moved. */
  readonly moved?: () => void;
  /** What an earlier read of the object had received when it threw `CorruptBody`. */
  readonly received?: string;
}

/** An object that is being read. */
export interface OpenObject extends Disposable {
  readonly head: ObjectHead;
  readonly body: AsyncIterable<Buffer>;
}

/** What the store said of an upload. */
export interface Stored {
  /** Without quotation marks. */
  readonly etag: string;
  /** The answer's Date header, at the end of its second: not before the object's LastModified. */
  readonly date: Date;
}

/** Bytes to upload. Read synchronously: worker processes may block. */
export interface Source {
  readonly size: number;
  /** Fills `into` from `position`; returns the bytes read, fewer only at the end of the file. */
  read(into: Buffer, position: number): number;
  /** Called once after the last byte was read and before the object can become visible; throws to abandon the upload. */
  confirm(): void | Promise<void>;
}

export interface PutOptions {
  readonly metadata?: Metadata;
  readonly contentType?: string;
  /** Only if the object's ETag is this one (without quotation marks); else `PreconditionFailed`. */
  readonly ifMatch?: string;
  /** Only if there is no object at the key; else `PreconditionFailed`. */
  readonly ifNoneMatch?: '*';
  /**
   * Ends the put at once, requests in flight included; a multipart upload is aborted. A put that the store had carried
   * out by then is answered as done, if one look at the object shows it.
   */
  readonly signal?: AbortSignal;
  /** Called before every request that would change the store; what it throws ends the put. */
  readonly mayBegin?: () => void;
  /** Told whenever bytes have moved. */
  readonly moved?: () => void;
}

export interface S3 extends AsyncDisposable {
  /** Throws `NoSuchBucket` or `AccessDenied` when the bucket cannot be used. */
  headBucket(bucket: string): Promise<void>;
  /** Pages of up to 1,000 objects in byte order of their keys, the empty ones left out; `startAfter` excludes itself. */
  list(
    bucket: string,
    prefix: string,
    options?: { startAfter?: string; signal?: AbortSignal },
  ): AsyncIterable<readonly Listed[]>;
  /** Says `NoSuchKey` for a missing bucket too: the answer to a HEAD cannot tell the two apart. */
  head(bucket: string, key: string): Promise<ObjectHead>;
  /** One PUT, or an upload in parts from `multipartThreshold` on. Repeated attempts send the same bytes. */
  put(bucket: string, key: string, source: Source, options?: PutOptions): Promise<Stored>;
  /**
   * As `put`, over the object with the ETag `seen` or, without it, over nothing. When something else is there it is
   * overwritten too, but only as it is now: a writer whose time is over, stopped between its last look at the clock and
   * its request, finds that the object has changed and writes nothing. Where the store has no conditional writes this
   * is a plain `put`.
   */
  replace(
    bucket: string,
    key: string,
    source: Source,
    seen: string | undefined,
    options?: Omit<PutOptions, 'ifMatch' | 'ifNoneMatch'>,
  ): Promise<Stored>;
  /**
   * Aborts the multipart uploads to these keys that were begun since; what a process left that was killed. Keys that
   * have a long prefix in common are found faster.
   */
  abandonUploads(bucket: string, keys: ReadonlySet<string>, since: Date): Promise<void>;
  /**
   * Opens an object. `body` is to be iterated once, to its end or left early, or the object disposed of, or its
   * connection stays taken. It goes on after a broken connection; it throws rather than end short of `head.size` or mix two versions of the object, and
   * `CorruptBody` at its end when the bytes are not those that the store has.
   */
  get(bucket: string, key: string, options?: GetOptions): Promise<OpenObject>;
}

const mebibyte = 1024 * 1024;

/**
 * A client for one object store. Object bodies and HEADs travel over connections of our own, the rest through the AWS
 * SDK; both sign with the same credentials and share one retry rule. Every method throws S3Failure, or the reason of
 * the signal it was given; `put` also lets through what its source throws.
 *
 * Disposing closes every connection: calls still running fail with `Unreachable`, and an upload in parts among them is
 * left to the bucket's lifecycle rules. Abort and await uploads first.
 *
 * Throws TypeError when the endpoint is no URL of http or https.
 */
export function openS3(options: S3Options): S3 {
  const {
    endpoint,
    region,
    partSize = 16 * mebibyte,
    multipartThreshold = 32 * mebibyte,
    partsInFlight = 4,
    retries = 10,
    stallMs = 30_000,
    connectMs = 10_000,
  } = options;
  if (endpoint !== undefined && !/^https?:$/.test(new URL(endpoint).protocol)) {
    throw new TypeError('the S3 endpoint is not an http or https URL');
  }
  const closing = new AbortController();
  const sdk = new Sdk({ ...options, connectMs, stallMs });
  const wire = new Wire({ region, sdk, connectMs, stallMs });
  const retrier = new Retrier({
    retries,
    renewCredentials: (since) => sdk.credentials.renew(since),
    closing: closing.signal,
  });
  const uploader = { sdk, wire, retrier, buffers: new Buffers(), partSize, partsInFlight };
  const head: S3['head'] = async (bucket, key) => {
    const call = { operation: 'HeadObject', bucket, key };
    return headOf(call, await retrier.run(() => askHead(wire, call)));
  };
  const put: S3['put'] = (bucket, key, source, putOptions = {}) =>
    (source.size < multipartThreshold ? putWhole : putParts)(uploader, bucket, key, source, putOptions);
  const reader = { wire, retrier, integrity: new Integrity() };
  const replacer = new Replacer({ head, put, multipartThreshold });
  return {
    head,
    put,
    replace: (...call) => replacer.replace(...call),
    abandonUploads: (bucket, keys, since) => abandonUploads(sdk, retrier, bucket, keys, since),
    headBucket: (bucket) => retrier.run(() => askHeadBucket(sdk, bucket)),
    list: (bucket, prefix, listOptions = {}) => listObjects(sdk, retrier, bucket, prefix, listOptions),
    get: (bucket, key, getOptions = {}) => getObject(reader, bucket, key, getOptions),
    async [Symbol.asyncDispose]() {
      closing.abort();
      sdk.destroy();
      await wire.destroy();
    },
  };
}

/** A small source in memory: directory markers, symlink targets, reports. */
export const bytes = (data: Buffer | string): Source => {
  const content = Buffer.from(data);
  return {
    size: content.length,
    read: (into, position) => content.copy(into, 0, position),
    confirm: () => {},
  };
};
