import { S3Client } from '@aws-sdk/client-s3';

import { Credentials } from './credentials.ts';
import { type Call, S3Failure, refused, unacceptable, unreachable } from './failure.ts';
import type { S3Options } from './s3.ts';

/** Where the objects of one bucket live. */
export interface Address {
  /** Scheme, host and port, such as `https://bucket.s3.eu-west-1.amazonaws.com`. */
  readonly origin: string;
  /** Value of the Host header. */
  readonly host: string;
  /** What stands before the key in the path: `/`, or `/bucket/` in path style. */
  readonly base: string;
  /** Bodies travel under TLS. */
  readonly secure: boolean;
}

interface SdkOptions extends Pick<S3Options, 'endpoint' | 'region' | 'credentials'> {
  readonly connectMs: number;
  readonly stallMs: number;
}

const silent = { trace() {}, debug() {}, info() {}, warn() {}, error() {} };

const bucketName = /^[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?$/;

/**
 * What the AWS SDK does for this client: credentials, endpoint rules, and the calls that are too rare to deserve code
 * of our own. It never retries: every call goes through the one Retrier.
 */
export class Sdk {
  readonly credentials: Credentials;
  readonly #client: S3Client;
  readonly #endpoint: string | undefined;
  readonly #addresses = new Map<string, Promise<Address>>();

  constructor({ endpoint, region, credentials, connectMs, stallMs }: SdkOptions) {
    this.#endpoint = endpoint;
    this.#client = new S3Client({
      region,
      ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
      ...(credentials === undefined ? {} : { credentials }),
      // The object bodies do not look at AWS_ENDPOINT_URL either: one client, one store.
      ignoreConfiguredEndpointUrls: true,
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      maxAttempts: 1,
      logger: silent,
      requestHandler: {
        connectionTimeout: connectMs,
        requestTimeout: stallMs,
        socketTimeout: stallMs,
        throwOnRequestTimeout: true,
      },
    });
    this.credentials = new Credentials(this.#client.config.credentials);
  }

  /** Where the objects of `bucket` live, by the SDK's endpoint rules (partitions, dotted names, FIPS, dual stack). */
  address(call: Call): Promise<Address> {
    let address = this.#addresses.get(call.bucket);
    if (address === undefined) {
      address = this.#resolve(call);
      this.#addresses.set(call.bucket, address);
    }
    return address;
  }

  async #resolve(call: Call): Promise<Address> {
    if (!bucketName.test(call.bucket)) {
      throw new S3Failure('NoSuchBucket', `${call.operation}: not the name of a bucket`);
    }
    const url = await this.#endpointOf(call.bucket).catch((error: unknown) => {
      throw unacceptable(call, `no endpoint (${error instanceof Error ? error.message : 'unknown'})`);
    });
    const base = url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`;
    return { origin: url.origin, host: url.host, base, secure: url.protocol === 'https:' };
  }

  async #endpointOf(bucket: string): Promise<URL> {
    const { config } = this.#client;
    const [region, useFips, useDualStack] = await Promise.all([
      config.region(),
      config.useFipsEndpoint(),
      config.useDualstackEndpoint(),
    ]);
    const custom = this.#endpoint === undefined ? {} : { Endpoint: this.#endpoint, ForcePathStyle: true };
    const rules = { Bucket: bucket, Region: region, UseFIPS: useFips, UseDualStack: useDualStack, ...custom };
    return config.endpointProvider(rules).url;
  }

  /** One attempt of one call. Throws S3Failure, or the AbortError of a signal the caller gave to the SDK. */
  async attempt<T>(call: Call, send: (client: S3Client) => Promise<T>): Promise<T> {
    // Checks the bucket's name before it becomes part of a URL.
    await this.address(call);
    try {
      return await send(this.#client);
    } catch (error) {
      throw failureOf(call, error);
    }
  }

  destroy(): void {
    this.#client.destroy();
  }
}

interface Metadata {
  readonly httpStatusCode?: number | undefined;
  readonly requestId?: string | undefined;
}

const metadataOf = (error: object): Metadata =>
  '$metadata' in error && typeof error.$metadata === 'object' && error.$metadata !== null ? error.$metadata : {};

const noCode = new Set(['Error', 'Unknown', 'UnknownError', '403', '404']);

/** The failure for whatever the SDK threw; an abort passes through as it is. */
export const failureOf = (call: Call, error: unknown): unknown => {
  if (!(error instanceof Error) || error instanceof S3Failure || error.name === 'AbortError') return error;
  if (error.name.endsWith('ProviderError')) {
    return new S3Failure('AccessDenied', `${call.operation}: no AWS credentials (${error.name})`, undefined, error);
  }
  const { httpStatusCode: status, requestId } = metadataOf(error);
  if (status === undefined || status < 300) return unreachable(call, 'no answer that can be read', error);
  return refused(call, { status, requestId, s3Code: noCode.has(error.name) ? undefined : error.name });
};
