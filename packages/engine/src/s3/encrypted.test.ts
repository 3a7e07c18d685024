import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { crc32 } from 'node:zlib';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type S3, openS3 } from './s3.ts';
import { bucket, failureOf, keys, observed } from './sandbox.testing.ts';

/**
 * A store that encrypts, as the sandbox does not: ETags say nothing of the content, checksums are kept. It loses the
 * first answer to whatever makes an object visible, and refuses to replace one.
 */
let server: Server;
let s3: S3;
let object: { readonly etag: string; readonly size: number; readonly checksum: string } | undefined;
let losesAnswers = true;
/** What a CompleteMultipartUpload is answered with while there is something here. */
let excuses: string[] = [];

const mebibyte = 1024 * 1024;
const parts = new Map<number, { readonly size: number; readonly checksum: string }>();

const checksumOf = (content: Buffer): string => {
  const four = Buffer.alloc(4);
  four.writeUInt32BE(crc32(content));
  return four.toString('base64');
};

const headersOf = ({ etag, size, checksum }: NonNullable<typeof object>): Record<string, string> => ({
  etag: `"${etag}"`,
  'content-length': String(size),
  'last-modified': new Date().toUTCString(),
  'x-amz-checksum-crc32': checksum,
});

const make = (response: ServerResponse, size: number, checksum: string, body = ''): void => {
  if (object !== undefined) {
    response.writeHead(412).end('<Error><Code>PreconditionFailed</Code></Error>');
    return;
  }
  object = { etag: randomBytes(16).toString('hex'), size, checksum };
  if (losesAnswers) response.destroy();
  else response.writeHead(200, { etag: `"${object.etag}"` }).end(body);
};

const complete = (response: ServerResponse): void => {
  const excuse = excuses.shift();
  if (excuse !== undefined) {
    response.writeHead(200).end(excuse);
    return;
  }
  const all = [...parts].toSorted(([one], [other]) => one - other).map(([, part]) => part);
  const sums = Buffer.concat(all.map(({ checksum }) => Buffer.from(checksum, 'base64')));
  const size = all.reduce((sum, part) => sum + part.size, 0);
  const body = '<CompleteMultipartUploadResult><ETag>"joined-2"</ETag></CompleteMultipartUploadResult>';
  make(response, size, `${checksumOf(sums)}-${all.length}`, body);
};

beforeEach(async () => {
  object = undefined;
  losesAnswers = true;
  excuses = [];
  parts.clear();
  server = createServer(async (request, response) => {
    const { method, url = '' } = request;
    const content = await buffer(request);
    const part = /partNumber=(\d+)/.exec(url)?.[1];
    if (method === 'HEAD') response.writeHead(object === undefined ? 404 : 200, object && headersOf(object)).end();
    else if (part !== undefined) {
      const checksum = checksumOf(content);
      parts.set(Number(part), { size: content.length, checksum });
      response.writeHead(200, { etag: `"${randomBytes(16).toString('hex')}"`, 'x-amz-checksum-crc32': checksum }).end();
    } else if (method === 'PUT') make(response, content.length, checksumOf(content));
    else if (url.includes('uploads'))
      response.end('<InitiateMultipartUploadResult><UploadId>id</UploadId></InitiateMultipartUploadResult>');
    else if (method === 'POST') complete(response);
    else response.writeHead(204).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  s3 = openS3({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-west-1',
    credentials: keys,
    partSize: mebibyte,
    multipartThreshold: mebibyte,
  });
});

afterEach(async () => {
  await s3[Symbol.asyncDispose]();
  server.close();
  server.closeAllConnections();
});

describe('an upload to a store that encrypts', () => {
  it.each([1000, 1.5 * mebibyte])(
    'is known again by its checksum when the answer was lost (%d bytes)',
    async (size) => {
      const stored = await s3.put(bucket, 'k', observed(size), { ifNoneMatch: '*' });
      expect(stored.etag).toBe(object?.etag);
    },
  );

  it.each([1000, 1.5 * mebibyte])('is not taken for another one of the same size (%d bytes)', async (size) => {
    losesAnswers = false;
    await s3.put(bucket, 'k', observed(size));
    server.prependOnceListener('request', (_request, response: ServerResponse) => response.destroy());
    const put = s3.put(bucket, 'k', observed(size), { ifNoneMatch: '*' });
    expect(await failureOf(put)).toMatchObject({ kind: 'PreconditionFailed' });
  });

  it('goes on when the answer of status 200 turns out to be an error, however that is written', async () => {
    losesAnswers = false;
    excuses = [
      '<Error><Code>InternalError</Code></Error>',
      '  \n<?xml version="1.0"?>\n<Error><Code>InternalError</Code></Error>\n',
      '   ',
      '',
    ];
    const { etag } = await s3.put(bucket, 'k', observed(1.5 * mebibyte));
    expect(etag).toBe('joined-2');
    expect(excuses).toEqual([]);
  });
});
