import { GetObjectCommand, ListObjectsV2Command, S3Client, S3ServiceException } from '@aws-sdk/client-s3';

import { credentialsFailure, FsxCallError } from './fsx-client.ts';

/** Where objects of the account's buckets are read: Amazon S3, or the store at `endpoint`. */
export interface S3Place {
  readonly region: string;
  readonly endpoint?: string | undefined;
}

/** One level below a prefix. */
interface Level {
  /** Keys of objects, and of what lies deeper one prefix each, which ends with `/`; in the order of S3. */
  readonly names: readonly { readonly key: string; readonly size: number }[];
}

/** What the console's back end reads in S3, where no engine does it. */
export interface S3Objects extends Disposable {
  /**
   * The pieces of an object.
   * @returns undefined when there is no such object or bucket.
   * @throws FsxCallError
   */
  read(bucket: string, key: string): Promise<AsyncIterable<Uint8Array> | undefined>;
  /**
   * At most `most` (up to 1000) names of one level, those after `after` in S3's order.
   * @throws FsxCallError
   */
  list(bucket: string, prefix: string, most: number, after: string | undefined): Promise<Level>;
}

const NOT_ACCEPTED: ReadonlySet<string> = new Set(['InvalidAccessKeyId', 'SignatureDoesNotMatch', 'ExpiredToken']);
const MISSING: ReadonlySet<string> = new Set(['NoSuchKey', 'NoSuchBucket']);

const statusOf = (code: string, said: number | undefined) => (NOT_ACCEPTED.has(code) ? 401 : (said ?? 500));

/** @param permission the IAM action that the request needs */
const failureOf = (error: unknown, permission: string, what: string): unknown => {
  if (error instanceof S3ServiceException) {
    const { httpStatusCode, requestId } = error.$metadata;
    // What S3 calls AccessDenied has one name in the console.
    const denied = error.name === 'AccessDenied' || httpStatusCode === 403;
    const isDenied = denied && !NOT_ACCEPTED.has(error.name);
    const code = isDenied ? 'AccessDeniedException' : error.name;
    const message = isDenied ? `Amazon S3 did not let the server read ${what}` : `${what}: ${error.message}`;
    return new FsxCallError(
      statusOf(error.name, httpStatusCode),
      { code, message, ...(requestId ? { requestId } : {}), ...(isDenied ? { permission } : {}) },
      error,
    );
  }
  const without = credentialsFailure(error);
  if (without) return without;
  if (!(error instanceof Error && '$metadata' in error)) return error;
  return new FsxCallError(502, { code: 'NetworkError', message: `The server could not read ${what}` }, error);
};

export const openS3 = ({ region, endpoint }: S3Place): S3Objects => {
  const client = new S3Client({
    region,
    ...(endpoint ? { endpoint, forcePathStyle: true } : {}),
    ignoreConfiguredEndpointUrls: true,
    // A file system's repository may be in another region than itself.
    followRegionRedirects: true,
    requestHandler: { connectionTimeout: 3000, requestTimeout: 20_000 },
  });
  return {
    async read(bucket, key) {
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
        // In Node it is a stream.
        return Body as AsyncIterable<Uint8Array> | undefined;
      } catch (error) {
        if (error instanceof S3ServiceException && MISSING.has(error.name)) return undefined;
        throw failureOf(error, 's3:GetObject', `s3://${bucket}/${key}`);
      }
    },
    async list(bucket, prefix, most, after) {
      try {
        const { Contents = [], CommonPrefixes = [] } = await client.send(
          new ListObjectsV2Command({
            Bucket: bucket,
            Prefix: prefix,
            Delimiter: '/',
            MaxKeys: most,
            ...(after === undefined ? {} : { StartAfter: after }),
          }),
        );
        const names = [
          ...Contents.map(({ Key = '', Size = 0 }) => ({ key: Key, size: Size })),
          ...CommonPrefixes.map(({ Prefix = '' }) => ({ key: Prefix, size: 0 })),
        ];
        return { names: names.toSorted((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key))) };
      } catch (error) {
        throw failureOf(error, 's3:ListBucket', `s3://${bucket}/${prefix}`);
      }
    },
    [Symbol.dispose]: () => client.destroy(),
  };
};
