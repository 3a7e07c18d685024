import { type KeyObject, createHmac, createSecretKey, hash } from 'node:crypto';

/** Access keys as the AWS SDK's provider chain hands them out. */
export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** One HTTP request as it will stand on the wire. */
export interface Unsigned {
  readonly method: string;
  /** Value of the Host header. */
  readonly host: string;
  /** Percent-encoded by `encodePath`; starts with `/`. */
  readonly path: string;
  /** Without `?`; names sorted, names and values percent-encoded; empty when there is none. */
  readonly query: string;
  /** Names in lower case, `host` left out. Every one of them is signed. */
  readonly headers: Readonly<Record<string, string>>;
  /** SHA-256 of the body in hex, or `UNSIGNED-PAYLOAD`. */
  readonly payload: string;
}

export const emptyPayload = hash('sha256', '', 'hex');

const plainPath = /^[A-Za-z0-9\-._~/]*$/;
const leftByEncodeUriComponent = /[!'()*]/g;

/** Percent-encodes everything but RFC 3986's unreserved characters. Throws URIError for a lone surrogate. */
export const encodeValue = (text: string): string =>
  encodeURIComponent(text).replace(
    leftByEncodeUriComponent,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/**
 * An object key as it stands both in the request line and in the canonical request: S3 encodes each segment once, keeps
 * every `/`, and does not normalise `//`, `.` or `..`. Throws URIError for a lone surrogate, which no UTF-8 key holds.
 */
export const encodePath = (key: string): string =>
  plainPath.test(key) ? key : encodeValue(key).replaceAll('%2F', '/');

const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/**
 * Signs requests for S3 in one region with AWS Signature Version 4.
 *
 * Keeps the last signing key: it depends on the secret, the day and the region only, and making it costs four HMACs.
 * See "Signature Calculations for the Authorization Header" in the Amazon S3 API Reference.
 */
export class Signer {
  readonly #region: string;
  #secret = '';
  #day = '';
  #key: KeyObject | undefined;

  constructor(region: string) {
    this.#region = region;
  }

  /** The headers to send besides Host: those given, `x-amz-date`, `x-amz-content-sha256`, the token, `authorization`. */
  sign(request: Unsigned, keys: Keys, now: Date): Record<string, string> {
    const time = now.toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
    const headers: Record<string, string> = {
      ...request.headers,
      'x-amz-content-sha256': request.payload,
      'x-amz-date': time,
    };
    if (keys.sessionToken !== undefined) headers['x-amz-security-token'] = keys.sessionToken;

    const names = [...Object.keys(headers), 'host'].sort();
    const signedNames = names.join(';');
    let canonical = `${request.method}\n${request.path}\n${request.query}\n`;
    for (const name of names) {
      const value = name === 'host' ? request.host : (headers[name] ?? '');
      canonical += `${name}:${value.trim().replaceAll(/\s+/g, ' ')}\n`;
    }
    canonical += `\n${signedNames}\n${request.payload}`;

    const day = time.slice(0, 8);
    const scope = `${day}/${this.#region}/s3/aws4_request`;
    const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash('sha256', canonical, 'hex')}`;
    const signature = createHmac('sha256', this.#keyOf(keys.secretAccessKey, day)).update(toSign).digest('hex');
    headers['authorization'] =
      `AWS4-HMAC-SHA256 Credential=${keys.accessKeyId}/${scope}, SignedHeaders=${signedNames}, Signature=${signature}`;
    return headers;
  }

  #keyOf(secret: string, day: string): KeyObject {
    if (this.#key === undefined || secret !== this.#secret || day !== this.#day) {
      // As a KeyObject: with a Buffer for its key, Node's HMAC takes seven times as long.
      this.#key = createSecretKey(hmac(hmac(hmac(hmac(`AWS4${secret}`, day), this.#region), 's3'), 'aws4_request'));
      this.#secret = secret;
      this.#day = day;
    }
    return this.#key;
  }
}
