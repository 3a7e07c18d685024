import { createHash, createHmac, hash } from 'node:crypto';

import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { SignatureV4 } from '@smithy/signature-v4';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { type Keys, Signer, emptyPayload, encodePath, encodeValue } from './sign.ts';

/** SHA-256 and its HMAC as the oracle wants them. */
class Sha256 {
  readonly #hash: { update(data: Uint8Array): unknown; digest(): Buffer };

  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    // The oracle passes text or bytes in a Uint8Array, never a bare ArrayBuffer.
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string | Uint8Array);
  }

  update(data: Uint8Array): void {
    this.#hash.update(data);
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }

  reset(): void {
    throw new Error('not needed');
  }
}

const oracle = async (request: Parameters<Signer['sign']>[0], keys: Keys, now: Date): Promise<string | undefined> => {
  const signer = new SignatureV4({
    service: 's3',
    region: 'eu-west-1',
    credentials: {
      accessKeyId: keys.accessKeyId,
      secretAccessKey: keys.secretAccessKey,
      ...(keys.sessionToken === undefined ? {} : { sessionToken: keys.sessionToken }),
    },
    sha256: Sha256,
    uriEscapePath: false,
  });
  const { headers } = await signer.sign(
    {
      method: request.method,
      protocol: 'http:',
      hostname: request.host,
      path: request.path,
      query: Object.fromEntries(new URLSearchParams(request.query)),
      headers: { ...request.headers, host: request.host, 'x-amz-content-sha256': request.payload },
    },
    { signingDate: now },
  );
  return headers['authorization'];
};

/** The path that the AWS SDK puts on the wire for a key. */
const pathOfSdk = async (key: string): Promise<string> => {
  let path = '';
  const client = new S3Client({
    region: 'eu-west-1',
    endpoint: 'http://127.0.0.1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    maxAttempts: 1,
    requestHandler: {
      handle: (request: { path: string }) => {
        ({ path } = request);
        return Promise.reject(new Error('seen enough'));
      },
    },
  });
  await client.send(new HeadObjectCommand({ Bucket: 'bucket', Key: key })).catch(() => {});
  return path;
};

const key = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 });
const oddKey = fc.array(
  fc.constantFrom('/', '.', '..', '//', ' ', '+', '%', '%2F', '\n', '~', '*', "'", '🗂', 'é', 'a'),
  {
    minLength: 1,
    maxLength: 12,
  },
);
const anyKey = fc.oneof(
  key,
  oddKey.map((parts) => parts.join('')),
);
const metadata = fc.dictionary(
  fc.stringMatching(/^x-amz-meta-[a-z0-9-]{1,20}$/),
  fc.stringMatching(/^(?:[!-~](?:[ -~]{0,40}[!-~])?)?$/),
  { maxKeys: 8 },
);
const keys = fc.record(
  {
    accessKeyId: fc.stringMatching(/^[A-Z0-9]{16,20}$/),
    secretAccessKey: fc.stringMatching(/^[A-Za-z0-9/+]{20,40}$/),
    sessionToken: fc.stringMatching(/^[A-Za-z0-9/+=]{20,200}$/),
  },
  { requiredKeys: ['accessKeyId', 'secretAccessKey'] },
);
const now = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });

describe('Signer', () => {
  it('signs any key, query, metadata, keys and time as @smithy/signature-v4 does', async () => {
    const signer = new Signer('eu-west-1');
    await fc.assert(
      fc.asyncProperty(
        anyKey,
        metadata,
        keys,
        now,
        fc.string({ unit: 'binary' }),
        async (name, headers, used, time, id) => {
          for (const [method, query, payload] of [
            ['GET', '', emptyPayload],
            ['PUT', `partNumber=7&uploadId=${encodeValue(id)}`, 'UNSIGNED-PAYLOAD'],
          ] as const) {
            const request = { method, host: 'h:9000', path: `/bucket/${encodePath(name)}`, query, headers, payload };
            expect(signer.sign(request, used, time)['authorization']).toBe(await oracle(request, used, time));
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('takes a new signing key on the next day and for another secret', async () => {
    const signer = new Signer('eu-west-1');
    const request = { method: 'GET', host: 'h', path: '/b/k', query: '', headers: {}, payload: emptyPayload };
    for (const [secretAccessKey, time] of [
      ['one', '2026-01-01T23:59:59Z'],
      ['one', '2026-01-02T00:00:00Z'],
      ['two', '2026-01-02T00:00:00Z'],
      ['two', '2026-01-01T12:00:00Z'],
    ] as const) {
      const used = { accessKeyId: 'AKIA', secretAccessKey };
      const signed = signer.sign(request, used, new Date(time));
      expect(signed['authorization']).toBe(await oracle(request, used, new Date(time)));
    }
  });

  it('sends every header it signs', () => {
    const request = { method: 'PUT', host: 'h', path: '/b/k', query: '', headers: { range: 'bytes=0-' }, payload: 'x' };
    const signed = new Signer('r').sign(
      request,
      { accessKeyId: 'a', secretAccessKey: 'b', sessionToken: 't' },
      new Date(),
    );
    const names = /SignedHeaders=([^,]*)/.exec(signed['authorization'] ?? '')?.[1]?.split(';') ?? [];
    expect(names).toEqual(['host', 'range', 'x-amz-content-sha256', 'x-amz-date', 'x-amz-security-token']);
    expect(Object.keys(signed).toSorted()).toEqual(['authorization', ...names.filter((name) => name !== 'host')]);
  });
});

describe('encodePath', () => {
  it('keeps every slash and dot segment, and encodes every other byte once', () => {
    expect(encodePath('a//b/../c/./d')).toBe('a//b/../c/./d');
    expect(encodePath("a+b %2F!'()*~")).toBe('a%2Bb%20%252F%21%27%28%29%2A~');
    expect(encodePath('é\n🗂/x')).toBe('%C3%A9%0A%F0%9F%97%82/x');
    expect(() => encodePath('\ud800')).toThrow(URIError);
  });

  it('puts a key on the wire as the AWS SDK does', async () => {
    await fc.assert(
      fc.asyncProperty(anyKey, async (name) => {
        expect(`/bucket/${encodePath(name)}`).toBe(await pathOfSdk(name));
      }),
      { numRuns: 200 },
    );
  });

  it('is undone by decoding', () => {
    fc.assert(
      fc.property(anyKey, (name) => {
        expect(decodeURIComponent(encodePath(name))).toBe(name);
        expect(encodePath(name)).toMatch(/^[A-Za-z0-9\-._~/%]*$/);
      }),
    );
  });

  it('knows the hash of nothing', () => {
    expect(emptyPayload).toBe(hash('sha256', Buffer.alloc(0), 'hex'));
  });
});
