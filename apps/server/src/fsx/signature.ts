import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

import { FsxError } from '@drt/contract/errors';

import type { AccessKey } from './access-keys.ts';

/** AWS allows this much between the clocks of the client and the server. */
const MAX_SKEW = 5 * 60_000;

const ALGORITHM = 'AWS4-HMAC-SHA256';
const SERVICE = 'fsx';

interface SignedRequest {
  readonly method: string;
  /** Path and query as they stood in the request line. */
  readonly url: string;
  /** Names and values in turn, as Node's `rawHeaders`. */
  readonly rawHeaders: readonly string[];
  readonly body: Uint8Array;
}

interface Authorization {
  readonly accessKeyId: string;
  /** `YYYYMMDD` */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  readonly signature: Buffer;
}

const invalid = (message: string) => new FsxError('InvalidSignatureException', message);

// Node reads header bytes as Latin-1; written back so, text has the bytes that were signed.
const sha256 = (data: Uint8Array | string) =>
  createHash('sha256')
    .update(typeof data === 'string' ? Buffer.from(data, 'latin1') : data)
    .digest('hex');
const hmac = (key: Buffer | string, data: string) => createHmac('sha256', key).update(data).digest();

type Headers = ReadonlyMap<string, readonly string[]>;

const headersOf = (raw: readonly string[]): Headers => {
  const headers = new Map<string, string[]>();
  for (let at = 0; at + 1 < raw.length; at += 2) {
    const name = (raw[at] ?? '').toLowerCase();
    const value = (raw[at + 1] ?? '').trim().replace(/ +/g, ' ');
    headers.set(name, [...(headers.get(name) ?? []), value]);
  }
  return headers;
};

/** The value of a header that must not appear twice, since two readers could then see two requests. */
const single = (headers: Headers, name: string): string | undefined => {
  const values = headers.get(name) ?? [];
  if (values.length > 1) throw invalid(`The header ${name} must appear once.`);
  return values[0];
};

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]{1,128})\/(\d{8})\/([^/,\s]{1,64})\/([^/,\s]{1,64})\/aws4_request,\s*SignedHeaders=([a-z0-9;_-]{1,4096}),\s*Signature=([0-9a-f]{64})$/;

const authorizationOf = (headers: Headers): Authorization => {
  const text = single(headers, 'authorization');
  if (text === undefined) {
    throw new FsxError('MissingAuthenticationTokenException', 'The request must be signed with an access key.');
  }
  const [, accessKeyId, date, region, service, signedHeaders, signature] = AUTHORIZATION.exec(text) ?? [];
  if (!accessKeyId || !date || !region || !service || !signedHeaders || !signature) {
    throw invalid(`The Authorization header must be an ${ALGORITHM} signature (Signature Version 4).`);
  }
  return {
    accessKeyId,
    date,
    region,
    service,
    signedHeaders: signedHeaders.split(';'),
    signature: Buffer.from(signature, 'hex'),
  };
};

/** `20261122T093015Z` in milliseconds since 1970; NaN if it is none. */
const timeOf = (text: string) => {
  const parts = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!parts) return NaN;
  const [, year, month, day, hour, minute, second] = parts;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
};

const checkTime = (stamp: string, date: string, now: number) => {
  const time = timeOf(stamp);
  if (Number.isNaN(time) || !stamp.startsWith(date)) {
    throw invalid('X-Amz-Date must be a time such as 20260102T030405Z, on the day that the credential names.');
  }
  // The words by which the AWS SDKs recognise that they should correct their clock.
  if (now - time > MAX_SKEW) throw invalid(`Signature expired: ${stamp} is more than 5 minutes in the past.`);
  if (time - now > MAX_SKEW) throw invalid(`Signature not yet current: ${stamp} is more than 5 minutes ahead.`);
};

const checkScope = ({ region, service }: Authorization, ours: string) => {
  if (region !== ours) throw invalid(`Credential should be scoped to the region ${ours}, not "${region}".`);
  if (service !== SERVICE) throw invalid(`Credential should be scoped to the service ${SERVICE}.`);
};

/** What decides over the request must be under the signature, or someone on the way could change it. */
const checkSignedHeaders = (headers: Headers, signed: readonly string[]) => {
  if (new Set(signed).size !== signed.length) throw invalid('A header is named twice in SignedHeaders.');
  const needed = [...headers.keys()].filter((name) => name.startsWith('x-amz-') || name === 'content-type');
  for (const name of ['host', 'x-amz-date', 'x-amz-target', ...needed]) {
    if (!signed.includes(name)) throw invalid(`The header ${name} must be signed.`);
  }
};

/** The hash of the body is that of the bytes received, whatever X-Amz-Content-Sha256 claims. */
const canonicalRequest = ({ method, body }: SignedRequest, headers: Headers, signed: readonly string[]) =>
  [
    method,
    '/',
    '',
    ...signed.map((name) => `${name}:${(headers.get(name) ?? []).join(',')}`),
    '',
    signed.join(';'),
    sha256(body),
  ].join('\n');

const signatureOf = (secret: string, { date, region, service }: Authorization, stamp: string, canonical: string) => {
  const scope = `${date}/${region}/${service}/aws4_request`;
  const key = [region, service, 'aws4_request'].reduce<Buffer>(
    (derived, part) => hmac(derived, part),
    hmac(`AWS4${secret}`, date),
  );
  return hmac(key, [ALGORITHM, stamp, scope, sha256(canonical)].join('\n'));
};

export interface Verifier {
  /**
   * The key that signed a request (Signature Version 4 in the Authorization header, the only way in).
   * @throws FsxError `MissingAuthenticationTokenException`, `UnrecognizedClientException` or
   *   `InvalidSignatureException`.
   */
  verify(request: SignedRequest): AccessKey;
}

export const signatureVerifier = (
  keys: ReadonlyMap<string, AccessKey>,
  { region, now = Date.now }: { readonly region: string; readonly now?: () => number },
): Verifier => {
  /** An unknown key costs the same work as a wrong secret, so that time does not tell them apart. */
  const nobody = randomBytes(30).toString('base64');

  return {
    verify(request) {
      const headers = headersOf(request.rawHeaders);
      const authorization = authorizationOf(headers);
      if (request.url !== '/') throw invalid('A signed request must go to / without a query.');

      const stamp = single(headers, 'x-amz-date') ?? '';
      checkTime(stamp, authorization.date, now());
      checkScope(authorization, region);
      checkSignedHeaders(headers, authorization.signedHeaders);

      const key = keys.get(authorization.accessKeyId);
      const canonical = canonicalRequest(request, headers, authorization.signedHeaders);
      const expected = signatureOf(key?.secretAccessKey ?? nobody, authorization, stamp, canonical);
      const matches = timingSafeEqual(expected, authorization.signature);
      // No key of ours comes with a session token.
      if (!key || headers.has('x-amz-security-token')) {
        throw new FsxError('UnrecognizedClientException', 'The access key or the session token is not known here.');
      }
      if (!matches) {
        throw invalid('The signature does not match: check the secret access key and the signing method.');
      }
      return key;
    },
  };
};
