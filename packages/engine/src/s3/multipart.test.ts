import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import type { FaultAction, Operation } from '@drt/s3-sandbox';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { partSizeFor } from './multipart.ts';
import { type S3, bytes } from './s3.ts';
import { type Sandboxed, bucket, failureOf, keys, observed, readAll, startSandboxed } from './sandbox.testing.ts';

const mebibyte = 1024 * 1024;
const partSize = 5 * mebibyte;
const size = 11 * mebibyte;

let world: Sandboxed;
let s3: S3;
let sdk: S3Client;

beforeAll(async () => {
  world = await startSandboxed();
  s3 = world.open({ partSize, multipartThreshold: partSize + 1, stallMs: 1_000 });
  sdk = new S3Client({ endpoint: world.sandbox.url, region: 'eu-west-1', forcePathStyle: true, credentials: keys });
});

afterAll(async () => {
  sdk.destroy();
  await world[Symbol.asyncDispose]();
});

beforeEach(() => {
  world.sandbox.clearFaults();
  world.sandbox.clearRequests();
});

afterEach(async () => {
  // Whatever a test did, no upload may be left behind.
  const { Uploads = [] } = await sdk.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
  if (Uploads.length > 0) throw new Error(`left behind: ${JSON.stringify(Uploads)}`);
});

const count = (operation: Operation): number => world.sandbox.requests({ operation }).length;

const fail = (operation: Operation, action: FaultAction, times: number): void => {
  world.sandbox.addFault({ match: { operation }, action, count: times });
};

const expectStored = async (key: string, content: Buffer): Promise<void> => {
  expect((await readAll((await s3.get(bucket, key)).body)).equals(content)).toBe(true);
};

describe('put in parts', () => {
  it('stores 40 MiB, four parts at a time', async () => {
    const source = observed(40 * mebibyte);
    const metadata = { 'file-mtime': '1595002920000000002ns', 'user-agent': 'aws-fsx-lustre' };
    const gate = world.sandbox.addFault({ match: { operation: 'UploadPart' }, action: { type: 'gate', at: 'answer' } });
    const patient = world.open({ partSize });
    const put = patient.put(bucket, 'forty', source, { metadata, contentType: 'text/plain' });
    await world.sandbox.waitForRequest(() => gate.held === 4);
    expect(source.bytesRead).toBe(4 * partSize);
    expect(count('UploadPart')).toBe(4);
    gate.release();
    const stored = await put;
    expect(stored.etag).toMatch(/^[0-9a-f]{32}-8$/);
    expect(source).toMatchObject({ confirmed: 1, bytesRead: source.size });
    const head = await s3.head(bucket, 'forty');
    expect(head).toMatchObject({ size: source.size, etag: stored.etag, metadata });
    expect(stored.date.getTime()).toBeGreaterThanOrEqual(head.modified.getTime());
    expect(count('UploadPart')).toBe(8);
    await expectStored('forty', source.content);
  });

  it('chooses by size', async () => {
    await s3.put(bucket, 'below', observed(partSize));
    expect(world.sandbox.requests().map(({ operation }) => operation)).toEqual(['PutObject']);
    await s3.put(bucket, 'odd/../key 🗂', observed(partSize + 1));
    expect(count('UploadPart')).toBe(2);
    expect(await s3.head(bucket, 'odd/../key 🗂')).toMatchObject({ size: partSize + 1 });
  });

  it('makes parts large enough for 10,000 of them', () => {
    expect(partSizeFor(10_000 * partSize, partSize)).toBe(partSize);
    const fiveTebibytes = 5 * 1024 ** 4;
    expect(partSizeFor(fiveTebibytes, 16 * mebibyte)).toBe(525 * mebibyte);
    expect(Math.ceil(fiveTebibytes / partSizeFor(fiveTebibytes, partSize))).toBeLessThanOrEqual(10_000);
  });

  const passing: readonly [Operation, FaultAction, number][] = [
    ['CreateMultipartUpload', { type: 'error', status: 503, code: 'SlowDown' }, 2],
    ['UploadPart', { type: 'error', status: 500, code: 'InternalError' }, 3],
    ['UploadPart', { type: 'reset', at: 'start' }, 2],
    ['UploadPart', { type: 'reset', at: 'body', afterBytes: mebibyte }, 2],
    ['UploadPart', { type: 'reset', at: 'answer' }, 2],
    ['UploadPart', { type: 'hang', at: 'start' }, 1],
    ['CompleteMultipartUpload', { type: 'error', status: 503, code: 'SlowDown' }, 2],
    ['CompleteMultipartUpload', { type: 'error', status: 200, code: 'InternalError' }, 2],
    ['CompleteMultipartUpload', { type: 'reset', at: 'start' }, 1],
    ['CompleteMultipartUpload', { type: 'reset', at: 'answer' }, 1],
    ['CompleteMultipartUpload', { type: 'hang', at: 'answer' }, 1],
  ];
  it.each(passing)('goes on when %s meets %j', async (operation, action, times) => {
    fail(operation, action, times);
    const source = observed(size);
    const stored = await s3.put(bucket, 'flaky', source, { metadata: { 'file-owner': '7' } });
    expect(world.sandbox.faults()[0]?.hits).toBe(times);
    expect(source).toMatchObject({ confirmed: 1, bytesRead: size });
    expect(await s3.head(bucket, 'flaky')).toMatchObject({ etag: stored.etag, metadata: { 'file-owner': '7' } });
    await expectStored('flaky', source.content);
  });

  it('knows its own object again under a condition when the answer was lost', async () => {
    fail('CompleteMultipartUpload', { type: 'reset', at: 'answer' }, 1);
    const stored = await s3.put(bucket, 'mine', observed(size), { ifNoneMatch: '*' });
    expect(stored.etag).toMatch(/-3$/);
    expect(count('HeadObject')).toBe(1);
  });

  it('does not replace what the condition protects', async () => {
    const first = await s3.put(bucket, 'protected', bytes('first'));
    const put = s3.put(bucket, 'protected', observed(size), { ifNoneMatch: '*' });
    expect(await failureOf(put)).toMatchObject({ kind: 'PreconditionFailed', status: 412 });
    const stale = s3.put(bucket, 'protected', observed(size), { ifMatch: '0'.repeat(32) });
    expect(await failureOf(stale)).toMatchObject({ kind: 'PreconditionFailed', status: 412 });
    expect(await s3.head(bucket, 'protected')).toMatchObject({ etag: first.etag });
    await s3.put(bucket, 'protected', observed(size), { ifMatch: first.etag });
  });

  it('leaves nothing behind when a part is refused', async () => {
    fail('UploadPart', { type: 'error', status: 403, code: 'AccessDenied' }, 1);
    const failure = await failureOf(s3.put(bucket, 'refused', observed(8 * partSize)));
    expect(failure).toMatchObject({
      kind: 'AccessDenied',
      message: expect.stringContaining('UploadPart s3://bucket/refused'),
    });
    expect(count('UploadPart')).toBeLessThan(8);
    expect(count('AbortMultipartUpload')).toBe(1);
    expect(await failureOf(s3.head(bucket, 'refused'))).toMatchObject({ kind: 'NoSuchKey' });
  });

  it('refuses what it could not store as it is, before anything is sent', async () => {
    expect((await failureOf(s3.put(bucket, '', observed(size)))).message).toContain('the key is empty');
    expect((await failureOf(s3.put(bucket, '\udfff', observed(size)))).message).toContain('not well-formed');
    const metadata = { 'file-owner': 'é' };
    expect((await failureOf(s3.put(bucket, 'k', observed(size), { metadata }))).message).toContain('not printable');
    expect(await failureOf(s3.put('a/b', 'k', observed(size)))).toMatchObject({ kind: 'NoSuchBucket' });
    expect(world.sandbox.requests()).toEqual([]);
  });

  it('fails when somebody else aborts the upload', async () => {
    fail('UploadPart', { type: 'error', status: 404, code: 'NoSuchUpload' }, 1);
    const failure = await failureOf(s3.put(bucket, 'gone', observed(size)));
    expect(failure).toMatchObject({ kind: 'Other', s3Code: 'NoSuchUpload' });
    fail('CompleteMultipartUpload', { type: 'error', status: 404, code: 'NoSuchUpload' }, 1);
    expect(await failureOf(s3.put(bucket, 'gone', observed(size)))).toMatchObject({ kind: 'Other', status: 404 });
  });

  it('leaves nothing behind when the answer to the abort is lost', async () => {
    fail('UploadPart', { type: 'error', status: 403, code: 'AccessDenied' }, 1);
    fail('AbortMultipartUpload', { type: 'reset', at: 'answer' }, 1);
    fail('AbortMultipartUpload', { type: 'error', status: 500, code: 'InternalError' }, 1);
    expect(await failureOf(s3.put(bucket, 'refused', observed(size)))).toMatchObject({ kind: 'AccessDenied' });
  });

  it('leaves nothing behind when the source cannot be confirmed or ends early', async () => {
    const changed = observed(size, () => {
      throw new Error('the file changed');
    });
    await expect(s3.put(bucket, 'unconfirmed', changed)).rejects.toThrow('the file changed');
    expect(count('UploadPart')).toBe(3);
    const short = { ...observed(size), size: size + partSize };
    expect((await failureOf(s3.put(bucket, 'unconfirmed', short))).message).toContain('ended at byte');
    expect(count('CompleteMultipartUpload')).toBe(0);
    expect(await failureOf(s3.head(bucket, 'unconfirmed'))).toMatchObject({ kind: 'NoSuchKey' });
  });

  it('leaves nothing behind when it is aborted, and sends no part more', async () => {
    const gate = world.sandbox.addFault({ match: { operation: 'UploadPart' }, action: { type: 'gate', at: 'start' } });
    const patient = world.open({ partSize, multipartThreshold: partSize, partsInFlight: 2 });
    const controller = new AbortController();
    const source = observed(8 * partSize);
    const put = patient.put(bucket, 'aborted', source, { signal: controller.signal });
    await world.sandbox.waitForRequest(() => gate.held === 2);
    controller.abort(new Error('canceled'));
    gate.release();
    await expect(put).rejects.toThrow('canceled');
    expect(count('UploadPart')).toBe(2);
    expect(source.confirmed).toBe(0);
    expect(await failureOf(s3.head(bucket, 'aborted'))).toMatchObject({ kind: 'NoSuchKey' });
  });

  it('leaves nothing behind when it is aborted while the parts are being joined in vain', async () => {
    fail('CompleteMultipartUpload', { type: 'error', status: 500, code: 'InternalError' }, 100);
    const controller = new AbortController();
    const put = s3.put(bucket, 'aborted late', observed(size), { signal: controller.signal });
    await world.sandbox.waitForRequest(
      ({ operation, state }) => operation === 'CompleteMultipartUpload' && state === 'ended',
    );
    controller.abort(new Error('canceled'));
    await expect(put).rejects.toThrow('canceled');
    expect(await failureOf(s3.head(bucket, 'aborted late'))).toMatchObject({ kind: 'NoSuchKey' });
  });
});
