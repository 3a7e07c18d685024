import type { IncomingMessage } from 'node:http';

import { S3Error } from './errors.ts';

/** Everything that can be asked of the sandbox, in S3's names. `Unsupported` is part of S3 that is not offered here. */
export type Operation =
  | 'ListBuckets'
  | 'CreateBucket'
  | 'HeadBucket'
  | 'DeleteBucket'
  | 'GetBucketLocation'
  | 'GetBucketVersioning'
  | 'ListObjects'
  | 'ListObjectsV2'
  | 'ListMultipartUploads'
  | 'DeleteObjects'
  | 'PutObject'
  | 'CopyObject'
  | 'GetObject'
  | 'HeadObject'
  | 'GetObjectTagging'
  | 'DeleteObject'
  | 'CreateMultipartUpload'
  | 'UploadPart'
  | 'UploadPartCopy'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload'
  | 'ListParts'
  | 'Unsupported';

/** A request with its target taken apart. */
export interface S3Request {
  readonly operation: Operation;
  readonly method: string;
  /** Empty for ListBuckets. */
  readonly bucket: string;
  /** Empty for operations on a bucket. */
  readonly key: string;
  /** Decoded; a parameter without value is the empty string. */
  readonly query: ReadonlyMap<string, string>;
  /** The path as it was sent. */
  readonly path: string;
  readonly message: IncomingMessage;
}

/** The part of S3's sub-resources that changes which operation is meant and that the sandbox does not offer. */
const UNSUPPORTED = new Set([
  'accelerate',
  'acl',
  'analytics',
  'attributes',
  'cors',
  'encryption',
  'intelligent-tiering',
  'inventory',
  'legal-hold',
  'lifecycle',
  'logging',
  'metrics',
  'notification',
  'object-lock',
  'ownershipControls',
  'policy',
  'policyStatus',
  'publicAccessBlock',
  'replication',
  'requestPayment',
  'restore',
  'retention',
  'select',
  'tagging',
  'torrent',
  'versionId',
  'versions',
  'website',
]);

/** @throws S3Error InvalidURI, MethodNotAllowed */
export function parseRequest(message: IncomingMessage): S3Request {
  const method = message.method ?? '';
  const target = message.url ?? '/';
  const mark = target.indexOf('?');
  const path = mark === -1 ? target : target.slice(0, mark);
  const query = parseQuery(mark === -1 ? '' : target.slice(mark + 1));
  if (!path.startsWith('/')) throw new S3Error('InvalidURI');
  const slash = path.indexOf('/', 1);
  const bucket = decode(slash === -1 ? path.slice(1) : path.slice(1, slash));
  const key = slash === -1 ? '' : decode(path.slice(slash + 1));
  const operation = operationOf(message, { method, bucket, key, query });
  return { operation, method, bucket, key, query, path, message };
}

/** A header's value; `undefined` when it is absent. Repeated headers come joined by a comma. */
export function header(request: Pick<S3Request, 'message'>, name: string): string | undefined {
  const value = request.message.headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** Decodes percent escapes. @throws S3Error InvalidURI for what is no UTF-8 */
export function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI');
  }
}

export function parseQuery(text: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const [name, value] = equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)];
    query.set(decode(name.replaceAll('+', ' ')), decode(value.replaceAll('+', ' ')));
  }
  return query;
}

type Target = Pick<S3Request, 'method' | 'bucket' | 'key' | 'query'>;

function operationOf(message: IncomingMessage, target: Target): Operation {
  const { bucket, key, query } = target;
  if (target.method === 'GET' && key !== '' && query.has('tagging')) return 'GetObjectTagging';
  for (const name of query.keys()) if (UNSUPPORTED.has(name)) return 'Unsupported';
  const copies = message.headers['x-amz-copy-source'] !== undefined;
  let operation: Operation | undefined;
  if (bucket === '') operation = target.method === 'GET' ? 'ListBuckets' : undefined;
  else if (key === '') operation = bucketOperation(target);
  else if (query.has('uploadId') || query.has('uploads')) operation = multipartOperation(target, copies);
  else operation = objectOperation(target.method, copies);
  if (operation === undefined) throw new S3Error('MethodNotAllowed');
  return operation;
}

function bucketOperation({ method, query }: Target): Operation | undefined {
  switch (method) {
    case 'GET':
      if (query.has('location')) return 'GetBucketLocation';
      if (query.has('versioning')) return 'GetBucketVersioning';
      if (query.has('uploads')) return 'ListMultipartUploads';
      return query.get('list-type') === '2' ? 'ListObjectsV2' : 'ListObjects';
    case 'PUT':
      return query.has('versioning') ? 'Unsupported' : 'CreateBucket';
    case 'HEAD':
      return 'HeadBucket';
    case 'DELETE':
      return 'DeleteBucket';
    case 'POST':
      // Without ?delete it is an upload by a browser form.
      return query.has('delete') ? 'DeleteObjects' : 'Unsupported';
    default:
      return undefined;
  }
}

function objectOperation(method: string, copies: boolean): Operation | undefined {
  switch (method) {
    case 'GET':
      return 'GetObject';
    case 'HEAD':
      return 'HeadObject';
    case 'PUT':
      return copies ? 'CopyObject' : 'PutObject';
    case 'DELETE':
      return 'DeleteObject';
    default:
      return undefined;
  }
}

function multipartOperation({ method, query }: Target, copies: boolean): Operation | undefined {
  switch (method) {
    case 'POST':
      return query.has('uploads') ? 'CreateMultipartUpload' : 'CompleteMultipartUpload';
    case 'PUT':
      return copies ? 'UploadPartCopy' : 'UploadPart';
    case 'GET':
      return 'ListParts';
    case 'DELETE':
      return 'AbortMultipartUpload';
    default:
      return undefined;
  }
}
