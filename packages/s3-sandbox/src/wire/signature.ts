import { createHash, createHmac, timingSafeEqual } from 'node:crypto';

import { S3Error } from './errors.ts';
import { decode, header, type S3Request } from './request.ts';

/** The key that requests must be signed with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** What the signatures of the chunks of a streamed body build on. */
export interface ChunkSigner {
  /** Checks the signature of the next chunk. @throws S3Error SignatureDoesNotMatch */
  chunk(sha256: string, signature: string): void;
  /** Checks the signature of the trailing headers. @throws S3Error SignatureDoesNotMatch */
  trailer(sha256: string, signature: string): void;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const MAX_SKEW = 15 * 60_000;
const MAX_EXPIRES = 7 * 24 * 3600;
const EMPTY_SHA256 = createHash('sha256').digest('hex');

/** A signature as sent, in the Authorization header or in the query of a presigned URL. */
interface Claim {
  readonly accessKeyId: string;
  /** `<date>/<region>/<service>/aws4_request` */
  readonly scope: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `yyyymmddThhmmssZ` */
  readonly time: string;
  readonly payload: string;
  /** Seconds; for presigned URLs. */
  readonly expires: number | undefined;
}

/**
 * Verifies AWS Signature Version 4 as S3 has it: the path is encoded once and not normalised, and every `x-amz-*` header
 * must be signed. Any region is taken. Whether the body has the hash that was signed is for the reader of the body.
 * @throws S3Error AccessDenied, InvalidAccessKeyId, SignatureDoesNotMatch, RequestTimeTooSkewed and the errors of a
 * signature that cannot be read
 */
export function verifySignature(request: S3Request, credentials: Credentials, now: number): ChunkSigner {
  const claim = request.query.has('X-Amz-Algorithm') ? claimOfQuery(request) : claimOfHeader(request);
  if (claim.accessKeyId !== credentials.accessKeyId) throw new S3Error('InvalidAccessKeyId');
  checkTime(claim, now);
  for (const name of Object.keys(request.message.headers)) {
    if (name.startsWith('x-amz-') && !claim.signedHeaders.includes(name)) {
      throw new S3Error('AccessDenied', `The header ${name} must be signed.`);
    }
  }
  const key = signingKey(credentials.secretAccessKey, claim.scope);
  const canonical = sha256(canonicalRequest(request, claim));
  const expected = hmac(key, [ALGORITHM, claim.time, claim.scope, canonical].join('\n')).toString('hex');
  assertEqual(claim.signature, expected);

  let previous = claim.signature;
  const next = (algorithm: string, signature: string, ...rest: readonly string[]) => {
    const text = [algorithm, claim.time, claim.scope, previous, ...rest].join('\n');
    assertEqual(signature, hmac(key, text).toString('hex'));
    previous = signature;
  };
  return {
    chunk: (hash, signature) => next(`${ALGORITHM}-PAYLOAD`, signature, EMPTY_SHA256, hash),
    trailer: (hash, signature) => next(`${ALGORITHM}-TRAILER`, signature, hash),
  };
}

function claimOfHeader(request: S3Request): Claim {
  const authorization = header(request, 'authorization');
  if (authorization === undefined) throw new S3Error('AccessDenied', 'The request is not signed.');
  if (!authorization.startsWith(`${ALGORITHM} `)) {
    throw new S3Error('InvalidRequest', `Sign the request with ${ALGORITHM}.`);
  }
  const fields = new Map<string, string>();
  for (const field of authorization.slice(ALGORITHM.length).split(',')) {
    const [name = '', value = ''] = field.trim().split(/=(.*)/s);
    fields.set(name, value);
  }
  const payload = header(request, 'x-amz-content-sha256');
  if (payload === undefined) throw new S3Error('InvalidRequest', 'The header x-amz-content-sha256 is missing.');
  const time = header(request, 'x-amz-date') ?? '';
  return {
    ...parseCredential(fields.get('Credential') ?? '', 'AuthorizationHeaderMalformed'),
    signedHeaders: (fields.get('SignedHeaders') ?? '').split(';'),
    signature: fields.get('Signature') ?? '',
    time,
    payload,
    expires: undefined,
  };
}

function claimOfQuery(request: S3Request): Claim {
  const { query } = request;
  const parameter = (name: string) => query.get(`X-Amz-${name}`) ?? '';
  const expires = Number(parameter('Expires'));
  if (parameter('Algorithm') !== ALGORITHM || !(expires >= 1 && expires <= MAX_EXPIRES)) {
    throw new S3Error('AuthorizationQueryParametersError');
  }
  return {
    ...parseCredential(parameter('Credential'), 'AuthorizationQueryParametersError'),
    signedHeaders: parameter('SignedHeaders').split(';'),
    signature: parameter('Signature'),
    time: parameter('Date'),
    payload: header(request, 'x-amz-content-sha256') ?? query.get('X-Amz-Content-Sha256') ?? 'UNSIGNED-PAYLOAD',
    expires,
  };
}

type Malformed = 'AuthorizationHeaderMalformed' | 'AuthorizationQueryParametersError';

function parseCredential(credential: string, malformed: Malformed): Pick<Claim, 'accessKeyId' | 'scope'> {
  const [, accessKeyId, scope] = /^(.+?)\/(\d{8}\/[^/]+\/s3\/aws4_request)$/.exec(credential) ?? [];
  if (accessKeyId === undefined || scope === undefined) throw new S3Error(malformed);
  return { accessKeyId, scope };
}

function checkTime(claim: Claim, now: number): void {
  const [, date, hours, minutes, seconds] = /^(\d{8})T(\d\d)(\d\d)(\d\d)Z$/.exec(claim.time) ?? [];
  if (date === undefined || !claim.scope.startsWith(date)) {
    throw new S3Error('AccessDenied', 'The signature needs a date, the same in x-amz-date and in the credential.');
  }
  const day = `${date.slice(0, 4)}-${date.slice(4, 6)}-${date.slice(6)}`;
  const time = Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
  const latest = claim.expires === undefined ? time + MAX_SKEW : time + claim.expires * 1000;
  if (claim.expires !== undefined && now > latest) throw new S3Error('AccessDenied', 'The presigned URL has expired.');
  if (!(now <= latest && now >= time - MAX_SKEW)) throw new S3Error('RequestTimeTooSkewed');
}

function canonicalRequest(request: S3Request, claim: Claim): string {
  const distinct = request.message.headersDistinct;
  const headers = claim.signedHeaders.map((name) => {
    const values = distinct[name] ?? [];
    return `${name}:${values.map((value) => value.trim().replace(/ +/g, ' ')).join(',')}\n`;
  });
  if (distinct['host'] !== undefined && !claim.signedHeaders.includes('host')) {
    throw new S3Error('AccessDenied', 'The header host must be signed.');
  }
  const path = request.path
    .split('/')
    .map((part) => encode(decode(part)))
    .join('/');
  const query = [...request.query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort();
  return [request.method, path, query.join('&'), headers.join(''), claim.signedHeaders.join(';'), claim.payload].join(
    '\n',
  );
}

/** Percent-encodes everything but RFC 3986's unreserved characters. */
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/** The last key made, because clients sign with the same one all day. */
let cached: { readonly of: string; readonly key: Buffer } | undefined;

function signingKey(secret: string, scope: string): Buffer {
  const of = `${secret}\n${scope}`;
  if (cached?.of === of) return cached.key;
  let key = Buffer.from(`AWS4${secret}`);
  for (const part of scope.split('/')) key = hmac(key, part);
  cached = { of, key };
  return key;
}

const hmac = (key: Buffer, text: string) => createHmac('sha256', key).update(text).digest();

// Node hands over header bytes as latin1; so the bytes that were sent are hashed.
const sha256 = (text: string) => createHash('sha256').update(text, 'latin1').digest('hex');

function assertEqual(given: string, expected: string): void {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  if (a.length !== b.length || !timingSafeEqual(a, b)) throw new S3Error('SignatureDoesNotMatch');
}
