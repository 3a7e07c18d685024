import { checkRead, checkWrite, type Conditions } from '../store/conditions.ts';
import type { StoredObject } from '../store/object-log.ts';
import { checksumElement, checksumHeader, type Checksum } from '../wire/checksums.ts';
import { S3Error } from '../wire/errors.ts';
import type { Reply } from '../wire/reply.ts';
import { header, type S3Request } from '../wire/request.ts';
import { childText, document, element, parent, parseXml } from '../wire/xml.ts';
import { isoTime, xmlReply } from './buckets.ts';
import type { Handler } from './context.ts';
import { copySource, copyBytes } from './copy-source.ts';
import { readAttributes, readKey } from './object-attributes.ts';
import { type ByteRange, parseRange } from './range.ts';

const MAX_DELETES = 1000;

export const putObject: Handler = async (context) => {
  const { request, store } = context;
  const bucket = store.bucket(request.bucket);
  const key = readKey(request);
  const attributes = readAttributes(request);
  const conditions = writeConditions(request);
  checkWrite(bucket.get(key), conditions);
  const incoming = bucket.incoming();
  try {
    const { md5, checksum } = await context.receive((bytes) => incoming.write(bytes));
    const whole: Checksum | undefined = checksum && { ...checksum, type: 'FULL_OBJECT' };
    const object = bucket.commit(key, incoming, { ...attributes, etag: md5, checksum: whole }, conditions);
    return { status: 200, headers: { etag: `"${object.etag}"`, ...checksumHeaders(object.checksum) } };
  } catch (error) {
    incoming.discard();
    throw error;
  }
};

export const copyObject: Handler = async (context) => {
  const { request, store } = context;
  const bucket = store.bucket(request.bucket);
  const key = readKey(request);
  const conditions = writeConditions(request);
  const replaces = readDirective(request);
  const source = copySource(context);
  if (!replaces && source.bucket === request.bucket && source.key === key) {
    source.close();
    throw new S3Error('InvalidRequest', 'A copy of an object to itself must replace its metadata.');
  }
  const incoming = bucket.incoming();
  try {
    const { object: from } = source;
    const attributes = replaces ? readAttributes(request) : from;
    // The copy is one object in one piece, so it has the MD5 of its bytes even if the source was uploaded in parts.
    const algorithm = from.checksum?.algorithm;
    const { md5, checksum } = await copyBytes(source, undefined, incoming, algorithm);
    const draft = { headers: attributes.headers, metadata: attributes.metadata, etag: md5 };
    const whole: Checksum | undefined = checksum && { ...checksum, type: 'FULL_OBJECT' };
    const object = bucket.commit(key, incoming, { ...draft, checksum: whole }, conditions);
    return xmlReply(document('CopyObjectResult', ...copyResult(object)));
  } catch (error) {
    incoming.discard();
    throw error;
  } finally {
    source.close();
  }
};

/** What CopyObject and UploadPartCopy answer. */
export const copyResult = (made: Pick<StoredObject, 'etag' | 'modified'> & { readonly checksum?: AnyChecksum }) => [
  element('LastModified', isoTime(made.modified)),
  element('ETag', `"${made.etag}"`),
  made.checksum === undefined ? '' : element(checksumElement(made.checksum.algorithm), made.checksum.value),
];

type AnyChecksum = Pick<Checksum, 'algorithm' | 'value'> | undefined;

export const getObject: Handler = ({ request, store }) => {
  const bucket = store.bucket(request.bucket);
  const key = readKey(request);
  const unchanged = checkReadable(request, bucket.find(key));
  if (unchanged !== undefined) return unchanged;
  const range = parseRange(header(request, 'range'), bucket.find(key).size);
  const { object, fd } = bucket.read(key);
  const headers = { ...objectHeaders(request, object, range), ...overrides(request) };
  const status = range === undefined ? 200 : 206;
  const { start, length } = range ?? { start: 0, length: object.size };
  return { status, headers, body: fd === undefined ? '' : { fd, start, length } };
};

export const headObject: Handler = ({ request, store }) => {
  const object = store.bucket(request.bucket).find(readKey(request));
  const unchanged = checkReadable(request, object);
  if (unchanged !== undefined) return unchanged;
  const range = parseRange(header(request, 'range'), object.size);
  return { status: range === undefined ? 200 : 206, headers: objectHeaders(request, object, range) };
};

export const getObjectTagging: Handler = ({ request, store }) => {
  store.bucket(request.bucket).find(readKey(request));
  // Objects have no tags here. The AWS CLI asks before it copies a large one.
  return xmlReply(document('Tagging', parent('TagSet')));
};

export const deleteObject: Handler = ({ request, store }) => {
  const bucket = store.bucket(request.bucket);
  const key = readKey(request);
  const ifMatch = header(request, 'if-match');
  if (ifMatch !== undefined) checkWrite(bucket.get(key), { ifMatch, ifNoneMatch: undefined });
  bucket.delete(key);
  return { status: 204 };
};

export const deleteObjects: Handler = async (context) => {
  const { request, store } = context;
  const bucket = store.bucket(request.bucket);
  const { text, received } = await context.receiveText();
  if (header(request, 'content-md5') === undefined && received.checksum === undefined) {
    throw new S3Error('InvalidRequest', 'DeleteObjects needs a Content-MD5 or an x-amz-checksum header.');
  }
  const body = parseXml(text);
  const objects = body.children.filter(({ name }) => name === 'Object');
  if (body.name !== 'Delete' || objects.length === 0 || objects.length > MAX_DELETES) throw new S3Error('MalformedXML');
  const keys = objects.map((object) => {
    const key = childText(object, 'Key');
    if (key === undefined || key === '') throw new S3Error('MalformedXML');
    return key;
  });
  for (const key of keys) bucket.delete(key);
  const quiet = childText(body, 'Quiet') === 'true';
  const deleted = keys.map((key) => parent('Deleted', element('Key', key)));
  return xmlReply(document('DeleteResult', ...(quiet ? [] : deleted)));
};

/** The conditions of a write, from the headers. */
export const writeConditions = (request: S3Request): Conditions => ({
  ifMatch: header(request, 'if-match'),
  ifNoneMatch: header(request, 'if-none-match'),
});

/** A 304 when the conditions of a read say so. @throws S3Error PreconditionFailed */
function checkReadable(request: S3Request, object: StoredObject): Reply | undefined {
  const conditions: Conditions = {
    ...writeConditions(request),
    ifModifiedSince: header(request, 'if-modified-since'),
    ifUnmodifiedSince: header(request, 'if-unmodified-since'),
  };
  if (checkRead(object, conditions)) return undefined;
  return { status: 304, headers: { etag: `"${object.etag}"`, 'last-modified': httpTime(object.modified) } };
}

/** COPY or REPLACE. @throws S3Error InvalidArgument */
function readDirective(request: S3Request): boolean {
  const directive = header(request, 'x-amz-metadata-directive') ?? 'COPY';
  if (directive === 'COPY' || directive === 'REPLACE') return directive === 'REPLACE';
  throw new S3Error('InvalidArgument', 'The metadata directive is COPY or REPLACE.');
}

function objectHeaders(request: S3Request, object: StoredObject, range: ByteRange | undefined) {
  const headers: Record<string, string | number> = {
    ...object.headers,
    'content-length': range?.length ?? object.size,
    'last-modified': httpTime(object.modified),
    etag: `"${object.etag}"`,
    'accept-ranges': 'bytes',
  };
  for (const [name, value] of Object.entries(object.metadata)) headers[`x-amz-meta-${name}`] = value;
  if (range !== undefined) {
    headers['content-range'] = `bytes ${range.start}-${range.start + range.length - 1}/${object.size}`;
  } else if (header(request, 'x-amz-checksum-mode') === 'ENABLED') {
    // Of the whole object, so not together with a part of it.
    Object.assign(headers, checksumHeaders(object.checksum));
  }
  return headers;
}

/** The headers that say an object's checksum. */
export const checksumHeaders = (checksum: Checksum | undefined): Record<string, string> =>
  checksum === undefined
    ? {}
    : { [checksumHeader(checksum.algorithm)]: checksum.value, 'x-amz-checksum-type': checksum.type };

const OVERRIDES = [
  'content-type',
  'content-language',
  'expires',
  'cache-control',
  'content-disposition',
  'content-encoding',
];

/** Headers that the query asks to see changed, as presigned links for browsers do. @throws S3Error InvalidArgument */
function overrides({ query }: S3Request): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name of OVERRIDES) {
    const value = query.get(`response-${name}`);
    if (value === undefined) continue;
    if (!HEADER_VALUE.test(value)) throw new S3Error('InvalidArgument', `response-${name} is no header value.`);
    headers[name] = value;
  }
  return headers;
}

/** What Node lets through to the wire. */
const HEADER_VALUE = /^[\t\u0020-\u007e\u0080-\u00ff]*$/;

const httpTime = (time: number) => new Date(time).toUTCString();
