import { CreateMultipartUploadCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import type { S3 } from './s3.ts';
import { type Sandboxed, bucket, failureOf, keys as credentials, startSandboxed } from './sandbox.testing.ts';

let world: Sandboxed;
let s3: S3;
let sdk: S3Client;

beforeAll(async () => {
  world = await startSandboxed();
  s3 = world.open({ retries: 2 });
  sdk = new S3Client({ endpoint: world.sandbox.url, region: 'eu-west-1', forcePathStyle: true, credentials });
});
afterAll(async () => {
  sdk.destroy();
  await world[Symbol.asyncDispose]();
});
beforeEach(async () => {
  world.sandbox.clearFaults();
  await s3.abandonUploads(bucket, new Set(await unfinished('')), new Date(0));
  world.sandbox.clearRequests();
});

const begin = async (...keys: string[]) => {
  for (const Key of keys) await sdk.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key }));
};

const unfinished = async (prefix: string) => {
  const { Uploads = [] } = await sdk.send(new ListMultipartUploadsCommand({ Bucket: bucket, Prefix: prefix }));
  return Uploads.map(({ Key = '' }) => Key);
};

const abandon = (...keys: string[]) => s3.abandonUploads(bucket, new Set(keys), new Date());

const count = (operation: 'AbortMultipartUpload' | 'ListMultipartUploads') =>
  world.sandbox.requests({ operation }).length;

describe('abandonUploads', () => {
  it('aborts all uploads to these keys and none to another', async () => {
    await begin('a/one', 'a/one', 'a/one.more', 'a/on', 'a/two', 'b');
    await abandon('a/one', 'a/two', 'a/three');
    expect(await unfinished('')).toEqual(['a/on', 'a/one.more', 'b']);
  });

  it('lists no more than begins like all keys', async () => {
    await begin('prefix/ab1', 'prefix/ab2', 'prefix/other');
    const send = vi.spyOn(S3Client.prototype, 'send');
    for (const keys of [['prefix/ab1', 'prefix/ab2'], ['prefix/ab1'], ['prefix/ab1', 'x'], ['é', 'è'], ['😀', '😁']]) {
      await abandon(...keys);
    }
    const commands = send.mock.calls.map(([command]) => command);
    send.mockRestore();
    const lists = commands.filter((command) => command instanceof ListMultipartUploadsCommand);
    expect(lists.map(({ input }) => input.Prefix)).toEqual(['prefix/ab', 'prefix/ab1', '', '', '']);
  });

  it.each(['a b+c', 'é/ü', '%41', 'new\nline', '😀'])('knows the key %j again', async (key) => {
    await begin(key);
    await abandon(key);
    expect(await unfinished('')).toEqual([]);
  });

  it('leaves alone what was begun more than a minute before', async () => {
    await begin('old');
    await s3.abandonUploads(bucket, new Set(['old']), new Date(Date.now() + 70_000));
    expect(await unfinished('')).toEqual(['old']);
    // The clock of the store may be behind.
    await s3.abandonUploads(bucket, new Set(['old']), new Date(Date.now() + 50_000));
    expect(await unfinished('')).toEqual([]);
  });

  it('finds what stands on later pages, in the middle of the uploads to one key too', async () => {
    await begin('p/a b', 'p/a b', 'p/a b', 'p/b', 'p/c', 'p/d', 'p/e');
    const send = sdk.send.bind(sdk);
    // A store that answers two at a time.
    const narrow = vi.spyOn(S3Client.prototype, 'send').mockImplementation((command: Parameters<typeof send>[0]) => {
      if (command instanceof ListMultipartUploadsCommand) command.input.MaxUploads = 2;
      return send(command);
    });
    await abandon('p/a b', 'p/e');
    narrow.mockRestore();
    expect(count('ListMultipartUploads')).toBe(4);
    expect(await unfinished('')).toEqual(['p/b', 'p/c', 'p/d']);
  });

  it('is content when an upload has ended meanwhile, tries again what fails, and tells what does not pass', async () => {
    await begin('gone', 'there');
    const fail = (status: number, code: string, times: number) =>
      world.sandbox.addFault({
        match: { operation: 'AbortMultipartUpload' },
        action: { type: 'error', status, code },
        count: times,
      });
    fail(404, 'NoSuchUpload', 1);
    await abandon('gone', 'there');
    expect(await unfinished('')).toEqual(['gone']);
    fail(500, 'InternalError', 2);
    await abandon('gone');
    expect(await unfinished('')).toEqual([]);
    await begin('kept');
    fail(403, 'AccessDenied', 1);
    expect(await failureOf(abandon('kept'))).toMatchObject({
      kind: 'AccessDenied',
      message: expect.stringContaining('AbortMultipartUpload s3://bucket/kept'),
    });
    world.sandbox.addFault({
      match: { operation: 'ListMultipartUploads' },
      action: { type: 'error', status: 403, code: 'AccessDenied' },
      count: 1,
    });
    expect(await failureOf(abandon('kept'))).toMatchObject({
      message: expect.stringContaining('ListMultipartUploads s3://bucket'),
    });
  });
});
