import { type Bucket } from '../store/bucket.ts';
import { listPage, type ListPage, type ListQuery } from '../store/listing.ts';
import type { StoredObject } from '../store/object-log.ts';
import { S3Error } from '../wire/errors.ts';
import type { Reply } from '../wire/reply.ts';
import { document, element, parent } from '../wire/xml.ts';
import type { Context, Handler } from './context.ts';

/** Who owns everything here. */
export const OWNER = parent('Owner', element('ID', 'sandbox'), element('DisplayName', 'sandbox'));

const MAX_KEYS = 1000;

export const xmlReply = (body: string): Reply => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body,
});

/** S3's form of a time in XML. */
export const isoTime = (time: number) => new Date(time).toISOString();

export const listBuckets: Handler = ({ store, request: { query } }) => {
  const prefix = query.get('prefix') ?? '';
  const buckets = store.buckets().filter(({ name }) => name.startsWith(prefix));
  const entries = buckets.map(({ name, created }) =>
    parent('Bucket', element('Name', name), element('CreationDate', isoTime(created))),
  );
  return xmlReply(document('ListAllMyBucketsResult', OWNER, parent('Buckets', ...entries)));
};

export const createBucket: Handler = async (context) => {
  // The body may name a region, which means nothing here; it is read for its checksum.
  await context.receiveText();
  const { store, request } = context;
  store.create(request.bucket);
  return { status: 200, headers: { location: `/${request.bucket}` } };
};

export const headBucket: Handler = ({ store, request }) => {
  store.bucket(request.bucket);
  return { status: 200, headers: { 'x-amz-bucket-region': 'us-east-1' } };
};

export const deleteBucket: Handler = ({ store, request }) => {
  store.delete(request.bucket);
  return { status: 204 };
};

export const getBucketLocation: Handler = ({ store, request }) => {
  store.bucket(request.bucket);
  // Empty is how S3 says us-east-1.
  return xmlReply(document('LocationConstraint'));
};

export const getBucketVersioning: Handler = ({ store, request }) => {
  store.bucket(request.bucket);
  // Empty: versioning was never turned on.
  return xmlReply(document('VersioningConfiguration'));
};

export const listObjects: Handler = (context) => {
  const { bucket, query, spell } = listing(context);
  const marker = context.request.query.get('marker') ?? '';
  const page = listPage(bucket.keys, { ...query, after: marker });
  return xmlReply(
    document(
      'ListBucketResult',
      ...listHead(context, query, page),
      element('Marker', spell(marker)),
      // Only with a delimiter: without one, the last key does the same service.
      query.delimiter === '' ? '' : element('NextMarker', page.next === undefined ? undefined : spell(page.next)),
      ...listEntries(bucket, page, spell, OWNER),
    ),
  );
};

export const listObjectsV2: Handler = (context) => {
  const { bucket, query, spell } = listing(context);
  const { query: parameters } = context.request;
  const startAfter = parameters.get('start-after');
  const token = parameters.get('continuation-token');
  const after = token === undefined ? (startAfter ?? '') : parseToken(token);
  const page = listPage(bucket.keys, { ...query, after });
  const owner = parameters.get('fetch-owner') === 'true' ? OWNER : '';
  return xmlReply(
    document(
      'ListBucketResult',
      ...listHead(context, query, page),
      element('StartAfter', startAfter === undefined ? undefined : spell(startAfter)),
      element('ContinuationToken', token),
      element('NextContinuationToken', page.next === undefined ? undefined : formatToken(page.next)),
      element('KeyCount', page.keys.length + page.prefixes.length),
      ...listEntries(bucket, page, spell, owner),
    ),
  );
};

/** The parameters of both listings, and how names are to be spelled in the answer. */
function listing({ store, request }: Context) {
  const bucket = store.bucket(request.bucket);
  const { query } = request;
  return {
    bucket,
    query: {
      prefix: query.get('prefix') ?? '',
      delimiter: query.get('delimiter') ?? '',
      limit: parseLimit(query.get('max-keys'), 'max-keys'),
    },
    spell: spelling(query.get('encoding-type')),
  };
}

/** @throws S3Error InvalidArgument for an encoding that does not exist */
export function spelling(encodingType: string | undefined): (name: string) => string {
  if (encodingType === undefined) return (name) => name;
  if (encodingType !== 'url') throw new S3Error('InvalidArgument', 'The only encoding-type is url.');
  return (name) => encodeURIComponent(name).replaceAll('%2F', '/');
}

/** A page size: at most 1000 whatever is asked for. @throws S3Error InvalidArgument */
export function parseLimit(text: string | undefined, name: string): number {
  if (text === undefined || text === '') return MAX_KEYS;
  if (!/^\d{1,10}$/.test(text)) throw new S3Error('InvalidArgument', `${name} must be a number that is not negative.`);
  return Math.min(Number(text), MAX_KEYS);
}

function listHead({ request }: Context, query: Omit<ListQuery, 'after'>, page: ListPage): string[] {
  const encodingType = request.query.get('encoding-type');
  const spell = spelling(encodingType);
  return [
    element('Name', request.bucket),
    element('Prefix', spell(query.prefix)),
    element('Delimiter', query.delimiter === '' ? undefined : spell(query.delimiter)),
    element('MaxKeys', query.limit),
    element('EncodingType', encodingType),
    element('IsTruncated', page.next !== undefined),
  ];
}

function listEntries(bucket: Bucket, page: ListPage, spell: (name: string) => string, owner: string): string[] {
  return [
    ...page.keys.map((key) => listEntry(spell(key), bucket.find(key), owner)),
    ...page.prefixes.map((prefix) => parent('CommonPrefixes', element('Prefix', spell(prefix)))),
  ];
}

function listEntry(name: string, object: StoredObject, owner: string): string {
  return parent(
    'Contents',
    element('Key', name),
    element('LastModified', isoTime(object.modified)),
    element('ETag', `"${object.etag}"`),
    element('ChecksumAlgorithm', object.checksum?.algorithm),
    element('ChecksumType', object.checksum?.type),
    element('Size', object.size),
    owner,
    element('StorageClass', object.headers['x-amz-storage-class'] ?? 'STANDARD'),
  );
}

/** Opaque to clients, so that they do not come to rely on its being a key. */
const formatToken = (after: string) => Buffer.from(`1${after}`).toString('base64url');

function parseToken(token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  if (!text.startsWith('1') || formatToken(text.slice(1)) !== token) {
    throw new S3Error('InvalidArgument', 'The continuation token is not one of ours.');
  }
  return text.slice(1);
}
