import type { ObjectAttributes } from '../store/object-log.ts';
import { S3Error } from '../wire/errors.ts';
import { header, type S3Request } from '../wire/request.ts';

/** Longest key, in bytes of UTF-8. */
const MAX_KEY = 1024;
/** All user metadata together: names without `x-amz-meta-`, and values, in bytes. */
const MAX_METADATA = 2048;
const METADATA_PREFIX = 'x-amz-meta-';

/** Headers of a write that come back with every read. */
const KEPT = [
  'content-type',
  'cache-control',
  'content-disposition',
  'content-encoding',
  'content-language',
  'expires',
  'x-amz-website-redirect-location',
];

/** Headers that ask for a guarantee which is not kept here: better refused than ignored. */
const REFUSED = [
  'x-amz-server-side-encryption-customer-algorithm',
  'x-amz-object-lock-mode',
  'x-amz-write-offset-bytes',
];

/** The key of a request on an object. @throws S3Error KeyTooLongError */
export function readKey({ key }: S3Request): string {
  if (Buffer.byteLength(key) > MAX_KEY) throw new S3Error('KeyTooLongError');
  return key;
}

/** What a write says about the object. @throws S3Error MetadataTooLarge, NotImplemented */
export function readAttributes(request: S3Request): ObjectAttributes {
  const refused = REFUSED.find((name) => header(request, name) !== undefined);
  if (refused !== undefined) throw new S3Error('NotImplemented', `The sandbox does not offer ${refused}.`);
  const headers: Record<string, string> = { 'content-type': 'binary/octet-stream' };
  for (const name of KEPT) {
    const value = name === 'content-encoding' ? contentEncoding(request) : header(request, name);
    if (value !== undefined && value !== '') headers[name] = value;
  }
  const storageClass = header(request, 'x-amz-storage-class');
  if (storageClass !== undefined && storageClass !== 'STANDARD') headers['x-amz-storage-class'] = storageClass;
  const metadata: Record<string, string> = {};
  let size = 0;
  for (const [name, value] of Object.entries(request.message.headers)) {
    if (!name.startsWith(METADATA_PREFIX) || typeof value !== 'string') continue;
    const short = name.slice(METADATA_PREFIX.length);
    metadata[short] = value;
    // Node hands over header bytes as latin1: a character is a byte.
    size += short.length + value.length;
  }
  if (size > MAX_METADATA) throw new S3Error('MetadataTooLarge');
  return { headers, metadata };
}

/** Without `aws-chunked`, which belongs to the request and not to the object. */
function contentEncoding(request: S3Request): string | undefined {
  const codings = header(request, 'content-encoding')?.split(',') ?? [];
  const kept = codings.map((coding) => coding.trim()).filter((coding) => coding !== 'aws-chunked');
  return kept.length === 0 ? undefined : kept.join(',');
}
