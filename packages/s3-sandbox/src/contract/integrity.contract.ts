import { createHash, createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';

import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, type PutObjectCommandInput } from '@aws-sdk/client-s3';
import { expect } from 'vitest';

import { type Check, put, read, refusal, type World } from './world.ts';

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const md5 = (bytes: string) => createHash('md5').update(bytes).digest('base64');
const crc = (bytes: string | Uint8Array) => {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc32(bytes));
  return value.toString('base64');
};

/** What the SDK's request looks like where it passes through middleware. */
interface Wire {
  headers: Record<string, string>;
  body: unknown;
}

/** A put whose request is changed before it is signed, and again afterwards. */
function tampered(input: PutObjectCommandInput, before: (wire: Wire) => void, after: (wire: Wire) => void = () => {}) {
  const command = new PutObjectCommand(input);
  const change = (edit: (wire: Wire) => void) => (next: (args: never) => unknown) => (args: { request: unknown }) => {
    // The SDK types requests as unknown; this is its HttpRequest.
    edit(args.request as Wire);
    return next(args as never);
  };
  // The stack is typed for each command; these two middlewares fit any.
  const stack = command.middlewareStack as unknown as {
    add(middleware: unknown, options: { step: string; priority: string; name: string }): void;
  };
  stack.add(change(before), { step: 'build', priority: 'low', name: 'before-signing' });
  stack.add(change(after), { step: 'finalizeRequest', priority: 'low', name: 'after-signing' });
  return command;
}

export function integrityContract(world: World, check: Check): void {
  /** Puts text as a stream of signed chunks; `spoil` changes frames after they were signed. */
  const putSigned = (Bucket: string, Key: string, chunks: readonly string[], spoil: Spoil = (frame) => frame) => {
    const { secretAccessKey } = world.credentials();
    const length = Buffer.byteLength(frames(chunks, '', '', '').join(''));
    const describe = (wire: Wire) => {
      wire.headers['x-amz-content-sha256'] = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
      wire.headers['x-amz-decoded-content-length'] = String(chunks.join('').length);
      wire.headers['content-encoding'] = 'aws-chunked';
    };
    const frame = (wire: Wire) => {
      const { authorization = '', 'x-amz-date': date = '' } = wire.headers;
      wire.body = Buffer.from(frames(chunks, authorization, date, secretAccessKey).map(spoil).join(''));
    };
    const client = world.client({ requestChecksumCalculation: 'WHEN_REQUIRED' });
    // What is signed is the length of the frames: the signatures inside are made after that.
    return client.send(tampered({ Bucket, Key, Body: Buffer.alloc(length) }, describe, frame));
  };

  check('Content-MD5 is checked', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    await put(client, Bucket, 'right', 'bytes', { ContentMD5: md5('bytes') });
    expect(await read(client, Bucket, 'right')).toBe('bytes');
    expect(await refusal(put(client, Bucket, 'wrong', 'bytes', { ContentMD5: md5('other') }))).toBe('BadDigest 400');
    expect(await refusal(put(client, Bucket, 'wrong', 'bytes', { ContentMD5: 'bm90IGFuIE1ENQ==' }))).toBe(
      'InvalidDigest 400',
    );
    expect(await refusal(client.send(new HeadObjectCommand({ Bucket, Key: 'wrong' })))).toBe('NotFound 404');
  });

  check('a refused body leaves the object as it was', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    await put(client, Bucket, 'key', 'old', { Metadata: { one: '1' } });
    expect(await refusal(put(client, Bucket, 'key', 'new', { ContentMD5: md5('other') }))).toBe('BadDigest 400');
    expect(await read(client, Bucket, 'key')).toBe('old');
    expect((await client.send(new HeadObjectCommand({ Bucket, Key: 'key' }))).Metadata).toEqual({ one: '1' });
  });

  check('x-amz-checksum-crc32 and -sha256 are checked', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    const wrong = [
      { ChecksumCRC32: crc('other') },
      { ChecksumSHA256: createHash('sha256').update('other').digest('base64') },
    ];
    for (const checksum of wrong)
      expect(await refusal(put(client, Bucket, 'key', 'bytes', checksum))).toBe('BadDigest 400');
    expect(await refusal(client.send(new HeadObjectCommand({ Bucket, Key: 'key' })))).toBe('NotFound 404');
  });

  check('a checksum is kept and comes back when asked for', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    const answer = await put(client, Bucket, 'key', 'bytes', { ChecksumAlgorithm: 'CRC32' });
    expect(answer.ChecksumCRC32).toBe(crc('bytes'));
    const head = await client.send(new HeadObjectCommand({ Bucket, Key: 'key', ChecksumMode: 'ENABLED' }));
    expect(head).toMatchObject({ ChecksumCRC32: crc('bytes'), ChecksumType: 'FULL_OBJECT' });
    const plain = await client.send(new HeadObjectCommand({ Bucket, Key: 'key' }));
    expect(plain.ChecksumCRC32).toBeUndefined();
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'key', ChecksumMode: 'ENABLED' }));
    expect(got.ChecksumCRC32).toBe(crc('bytes'));
    expect(await got.Body?.transformToString()).toBe('bytes');
  });

  check('x-amz-content-sha256 is checked', async () => {
    const client = world.client({ requestChecksumCalculation: 'WHEN_REQUIRED' });
    const Bucket = await world.bucket();
    const claim = (bytes: string) => (wire: Wire) => {
      wire.headers['x-amz-content-sha256'] = sha256(bytes);
    };
    const input = { Bucket, Key: 'key', Body: 'bytes' };
    await client.send(tampered(input, claim('bytes')));
    expect(await read(client, Bucket, 'key')).toBe('bytes');
    const request = client.send(tampered({ ...input, Body: 'BYTES' }, claim('bytes')));
    expect(await refusal(request)).toBe('XAmzContentSHA256Mismatch 400');
    expect(await read(client, Bucket, 'key')).toBe('bytes');
  });

  check('an unsigned body is taken', async () => {
    const client = world.client({ requestChecksumCalculation: 'WHEN_REQUIRED' });
    const Bucket = await world.bucket();
    const unsigned = (wire: Wire) => {
      wire.headers['x-amz-content-sha256'] = 'UNSIGNED-PAYLOAD';
    };
    await client.send(tampered({ Bucket, Key: 'key', Body: 'bytes' }, unsigned));
    expect(await read(client, Bucket, 'key')).toBe('bytes');
  });

  check('a stream comes in chunks with its checksum behind it', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    const text = 'a line of the stream\n'.repeat(20_000);
    const stream = (Key: string) => ({ Bucket, Key, Body: Readable.from(chunksOf(text)), ContentLength: text.length });
    await client.send(new PutObjectCommand({ ...stream('key'), ContentEncoding: 'x-contract' }));
    const got = await client.send(new GetObjectCommand({ Bucket, Key: 'key', ChecksumMode: 'ENABLED' }));
    expect(await got.Body?.transformToString()).toBe(text);
    expect(got).toMatchObject({ ContentLength: text.length, ContentEncoding: 'x-contract', ChecksumCRC32: crc(text) });
  });

  check('a stream whose trailing checksum is wrong is refused', async () => {
    const client = world.client({ requestChecksumCalculation: 'WHEN_REQUIRED' });
    const Bucket = await world.bucket();
    const framed = (trailer: string) => Buffer.from(`5\r\nbytes\r\n0\r\nx-amz-checksum-crc32:${trailer}\r\n\r\n`);
    const describe = (wire: Wire) => {
      wire.headers['x-amz-content-sha256'] = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
      wire.headers['x-amz-decoded-content-length'] = '5';
      wire.headers['x-amz-trailer'] = 'x-amz-checksum-crc32';
      wire.headers['content-encoding'] = 'aws-chunked';
    };
    const send = (trailer: string) => client.send(tampered({ Bucket, Key: 'key', Body: framed(trailer) }, describe));
    expect(await refusal(send(crc('other')))).toBe('BadDigest 400');
    await send(crc('bytes'));
    expect(await read(client, Bucket, 'key')).toBe('bytes');
  });

  check('signed chunks are taken off their frames, and each signature is checked', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    // S3 wants chunks of at least 8 KiB but for the last.
    const chunks = ['x'.repeat(8192), 'y'.repeat(8192), 'the end'];
    await putSigned(Bucket, 'right', chunks);
    expect((await read(client, Bucket, 'right')) === chunks.join('')).toBe(true);
    const forged = putSigned(Bucket, 'forged', chunks, (frame, at) => (at === 1 ? frame.replace('yyy', 'zzz') : frame));
    expect(await refusal(forged)).toBe('SignatureDoesNotMatch 403');
    expect(await refusal(client.send(new HeadObjectCommand({ Bucket, Key: 'forged' })))).toBe('NotFound 404');
  });

  check('aws-chunked is not kept as Content-Encoding', async () => {
    const Bucket = await world.bucket();
    await putSigned(Bucket, 'key', ['bytes']);
    const { ContentEncoding } = await world.client().send(new HeadObjectCommand({ Bucket, Key: 'key' }));
    expect(ContentEncoding ?? '').toBe('');
  });
}

type Spoil = (frame: string, at: number) => string;

function* chunksOf(text: string): Generator<Buffer> {
  for (let at = 0; at < text.length; at += 10_000) yield Buffer.from(text.slice(at, at + 10_000));
}

/** Frames as the streaming form of Signature Version 4 has them; each signature builds on the one before. */
function frames(chunks: readonly string[], authorization: string, date: string, secret: string): string[] {
  const scope = /Credential=[^/]+\/([^,]+)/.exec(authorization)?.[1] ?? '';
  let key = Buffer.from(`AWS4${secret}`);
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest();
  let signature = /Signature=([0-9a-f]*)/.exec(authorization)?.[1] ?? '';
  return [...chunks, ''].map((chunk) => {
    const text = ['AWS4-HMAC-SHA256-PAYLOAD', date, scope, signature, sha256(''), sha256(chunk)].join('\n');
    signature = createHmac('sha256', key).update(text).digest('hex');
    return `${chunk.length.toString(16)};chunk-signature=${signature}\r\n${chunk}\r\n`;
  });
}
