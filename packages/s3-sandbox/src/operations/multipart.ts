import { checkWrite } from '../store/conditions.ts';
import type { Incoming } from '../store/incoming.ts';
import { compareKeys } from '../store/key-index.ts';
import { groupOf } from '../store/listing.ts';
import type { Part, PartName, Upload, UploadPlan } from '../store/uploads.ts';
import type { Received } from '../wire/body-check.ts';
import { CHECKSUM_ALGORITHMS, checksumElement, checksumHeader, isChecksumAlgorithm } from '../wire/checksums.ts';
import { S3Error } from '../wire/errors.ts';
import { header, type S3Request } from '../wire/request.ts';
import { childText, document, element, parent, parseXml } from '../wire/xml.ts';
import { isoTime, OWNER, parseLimit, spelling, xmlReply } from './buckets.ts';
import type { Context, Handler } from './context.ts';
import { copyBytes, copySource } from './copy-source.ts';
import { readAttributes, readKey } from './object-attributes.ts';
import { checksumHeaders, copyResult, writeConditions } from './objects.ts';
import { parseRange } from './range.ts';

const MAX_PARTS = 10_000;

export const createMultipartUpload: Handler = ({ request, store }) => {
  const bucket = store.bucket(request.bucket);
  const key = readKey(request);
  const checksum = readChecksumPlan(request);
  const upload = bucket.uploads.create({ ...readAttributes(request), key, checksum });
  const head = [element('Bucket', bucket.name), element('Key', key), element('UploadId', upload.id)];
  const reply = xmlReply(document('InitiateMultipartUploadResult', ...head));
  if (checksum === undefined) return reply;
  const headers = { 'x-amz-checksum-algorithm': checksum.algorithm, 'x-amz-checksum-type': checksum.type };
  return { ...reply, headers: { ...reply.headers, ...headers } };
};

export const uploadPart: Handler = async (context) => {
  const { upload, number } = target(context);
  const algorithm = upload.checksum?.algorithm;
  const part = await receivePart(context, upload, number, (incoming) =>
    context.receive((bytes) => incoming.write(bytes), algorithm),
  );
  const { checksum } = part;
  const checksums = checksum === undefined ? {} : { [checksumHeader(checksum.algorithm)]: checksum.value };
  return { status: 200, headers: { etag: `"${part.etag}"`, ...checksums } };
};

export const uploadPartCopy: Handler = async (context) => {
  const { upload, number } = target(context);
  const source = copySource(context);
  try {
    const wanted = header(context.request, 'x-amz-copy-source-range');
    const range = parseRange(wanted, source.object.size);
    if (wanted !== undefined && range === undefined) throw new S3Error('InvalidArgument', 'The range cannot be read.');
    const algorithm = upload.checksum?.algorithm;
    const part = await receivePart(context, upload, number, (incoming) =>
      copyBytes(source, range, incoming, algorithm),
    );
    return xmlReply(document('CopyPartResult', ...copyResult(part)));
  } finally {
    source.close();
  }
};

export const completeMultipartUpload: Handler = async (context) => {
  const { request, store } = context;
  const bucket = store.bucket(request.bucket);
  const conditions = writeConditions(request);
  const names = readPartNames((await context.receiveText()).text);
  const upload = bucket.uploads.find(readKey(request), request.query.get('uploadId') ?? '');
  const parts = bucket.uploads.select(upload, names);
  checkWrite(bucket.get(upload.key), conditions);
  checkSize(request, parts);
  const incoming = bucket.incoming();
  try {
    const { etag, checksum } = await bucket.uploads.join(upload, parts, incoming);
    try {
      const sent = checksum === undefined ? undefined : header(request, checksumHeader(checksum.algorithm));
      if (sent !== undefined && sent !== checksum?.value) throw new S3Error('BadDigest');
      const { headers, metadata } = upload;
      bucket.commit(upload.key, incoming, { headers, metadata, etag, checksum }, conditions, upload.id);
    } catch (error) {
      bucket.uploads.restore(upload);
      throw error;
    }
    const answer = [
      element('Location', `http://${request.message.headers.host ?? ''}/${bucket.name}/${encodeURI(upload.key)}`),
      element('Bucket', bucket.name),
      element('Key', upload.key),
      element('ETag', `"${etag}"`),
      ...(checksum === undefined
        ? []
        : [element(checksumElement(checksum.algorithm), checksum.value), element('ChecksumType', checksum.type)]),
    ];
    const reply = xmlReply(document('CompleteMultipartUploadResult', ...answer));
    return { ...reply, headers: { ...reply.headers, ...checksumHeaders(checksum) } };
  } catch (error) {
    incoming.discard();
    throw error;
  }
};

export const abortMultipartUpload: Handler = ({ request, store }) => {
  const { uploads } = store.bucket(request.bucket);
  uploads.forget(uploads.find(readKey(request), request.query.get('uploadId') ?? '').id);
  return { status: 204 };
};

export const listParts: Handler = ({ request, store }) => {
  const { query } = request;
  const upload = store.bucket(request.bucket).uploads.find(readKey(request), query.get('uploadId') ?? '');
  const marker = parseMarker(query.get('part-number-marker'));
  const limit = parseLimit(query.get('max-parts'), 'max-parts');
  const behind = [...upload.parts.values()].filter(({ number }) => number > marker).sort((a, b) => a.number - b.number);
  const page = behind.slice(0, limit);
  const isTruncated = behind.length > page.length && limit > 0;
  return xmlReply(
    document(
      'ListPartsResult',
      element('Bucket', request.bucket),
      element('Key', upload.key),
      element('UploadId', upload.id),
      element('StorageClass', upload.headers['x-amz-storage-class'] ?? 'STANDARD'),
      element('PartNumberMarker', marker),
      element('NextPartNumberMarker', page.at(-1)?.number ?? 0),
      element('MaxParts', limit),
      element('IsTruncated', isTruncated),
      element('ChecksumAlgorithm', upload.checksum?.algorithm),
      element('ChecksumType', upload.checksum?.type),
      ...page.map((part) =>
        parent('Part', element('PartNumber', part.number), ...copyResult(part), element('Size', part.size)),
      ),
      OWNER,
    ),
  );
};

export const listMultipartUploads: Handler = ({ request, store }) => {
  const { query } = request;
  const bucket = store.bucket(request.bucket);
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const keyMarker = query.get('key-marker') ?? '';
  const idMarker = query.get('upload-id-marker') ?? '';
  const limit = parseLimit(query.get('max-uploads'), 'max-uploads');
  const spell = spelling(query.get('encoding-type'));
  const behind = bucket.uploads
    .all()
    .filter(({ key }) => key.startsWith(prefix) && (keyMarker === '' || groupOf(key, prefix, delimiter) !== keyMarker))
    .sort((a, b) => compareKeys(a.key, b.key) || compareKeys(a.id, b.id))
    .filter((upload) => isBehind(upload, keyMarker, idMarker));
  const { uploads, prefixes, next } = groupUploads(behind, prefix, delimiter, limit);
  return xmlReply(
    document(
      'ListMultipartUploadsResult',
      element('Bucket', bucket.name),
      element('KeyMarker', spell(keyMarker)),
      element('UploadIdMarker', idMarker),
      element('NextKeyMarker', next === undefined ? undefined : spell(next.key)),
      element('NextUploadIdMarker', next?.id),
      element('Prefix', spell(prefix)),
      element('Delimiter', delimiter === '' ? undefined : spell(delimiter)),
      element('EncodingType', query.get('encoding-type')),
      element('MaxUploads', limit),
      element('IsTruncated', next !== undefined),
      ...uploads.map((upload) => uploadEntry(upload, spell)),
      ...prefixes.map((name) => parent('CommonPrefixes', element('Prefix', spell(name)))),
    ),
  );
};

/** The upload and the part that a request is about. @throws S3Error InvalidArgument, NoSuchUpload */
function target({ request, store }: Context): { readonly upload: Upload; readonly number: number } {
  const number = Number(request.query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS) {
    throw new S3Error('InvalidArgument', 'The part number must be a whole number from 1 to 10000.');
  }
  const upload = store.bucket(request.bucket).uploads.find(readKey(request), request.query.get('uploadId') ?? '');
  return { upload, number };
}

async function receivePart(
  { request, store }: Context,
  upload: Upload,
  number: number,
  fill: (incoming: Incoming) => Promise<Received>,
): Promise<Part> {
  const { uploads } = store.bucket(request.bucket);
  const incoming = uploads.incoming(upload);
  try {
    const { md5, checksum } = await fill(incoming);
    return uploads.addPart(upload, incoming, { number, etag: md5, checksum });
  } catch (error) {
    incoming.discard();
    throw error;
  }
}

/** @throws S3Error InvalidRequest */
function readChecksumPlan(request: S3Request): UploadPlan['checksum'] {
  const algorithm = header(request, 'x-amz-checksum-algorithm')?.toUpperCase();
  if (algorithm === undefined) return undefined;
  if (!isChecksumAlgorithm(algorithm)) throw new S3Error('InvalidRequest', 'The checksum algorithm is not known.');
  const type = header(request, 'x-amz-checksum-type') ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  const allowed =
    algorithm === 'CRC64NVME'
      ? ['FULL_OBJECT']
      : ['COMPOSITE', ...(algorithm.startsWith('SHA') ? [] : ['FULL_OBJECT'])];
  if (!allowed.includes(type) || (type !== 'FULL_OBJECT' && type !== 'COMPOSITE')) {
    throw new S3Error('InvalidRequest', `The checksum type ${type} does not exist for ${algorithm}.`);
  }
  return { algorithm, type };
}

/** The parts that a CompleteMultipartUpload body names. @throws S3Error MalformedXML */
function readPartNames(text: string): PartName[] {
  const body = parseXml(text);
  const names = body.children.filter(({ name }) => name === 'Part');
  if (body.name !== 'CompleteMultipartUpload' || names.length === 0) throw new S3Error('MalformedXML');
  return names.map((part) => {
    const number = Number(childText(part, 'PartNumber'));
    const etag = childText(part, 'ETag')?.trim().replaceAll('"', '');
    if (!Number.isInteger(number) || etag === undefined) throw new S3Error('MalformedXML');
    const algorithm = CHECKSUM_ALGORITHMS.find((name) => childText(part, checksumElement(name)) !== undefined);
    const checksum = algorithm === undefined ? undefined : childText(part, checksumElement(algorithm));
    return { number, etag, checksum };
  });
}

function checkSize(request: S3Request, parts: readonly Part[]): void {
  const expected = header(request, 'x-amz-mp-object-size');
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (expected !== undefined && Number(expected) !== size) {
    throw new S3Error('InvalidRequest', 'The parts do not add up to the size in x-amz-mp-object-size.');
  }
}

function parseMarker(text: string | undefined): number {
  const marker = Number(text ?? 0);
  if (!Number.isInteger(marker) || marker < 0)
    throw new S3Error('InvalidArgument', 'The marker must be a part number.');
  return marker;
}

function isBehind(upload: Upload, keyMarker: string, idMarker: string): boolean {
  if (keyMarker === '') return true;
  const order = compareKeys(upload.key, keyMarker);
  return order > 0 || (order === 0 && idMarker !== '' && compareKeys(upload.id, idMarker) > 0);
}

interface UploadPage {
  readonly uploads: readonly Upload[];
  readonly prefixes: readonly string[];
  /** The last entry, when there is more; a common prefix has no id. */
  readonly next: { readonly key: string; readonly id?: string } | undefined;
}

function groupUploads(sorted: readonly Upload[], prefix: string, delimiter: string, limit: number): UploadPage {
  const uploads: Upload[] = [];
  const prefixes: string[] = [];
  let last: UploadPage['next'];
  for (const upload of sorted) {
    const group = groupOf(upload.key, prefix, delimiter);
    if (group !== undefined && group === prefixes.at(-1)) continue;
    if (uploads.length + prefixes.length === limit) return { uploads, prefixes, next: last };
    if (group === undefined) uploads.push(upload);
    else prefixes.push(group);
    last = group === undefined ? upload : { key: group };
  }
  return { uploads, prefixes, next: undefined };
}

const uploadEntry = (upload: Upload, spell: (name: string) => string) =>
  parent(
    'Upload',
    element('Key', spell(upload.key)),
    element('UploadId', upload.id),
    OWNER,
    element('StorageClass', upload.headers['x-amz-storage-class'] ?? 'STANDARD'),
    element('Initiated', isoTime(upload.initiated)),
    element('ChecksumAlgorithm', upload.checksum?.algorithm),
    element('ChecksumType', upload.checksum?.type),
  );
